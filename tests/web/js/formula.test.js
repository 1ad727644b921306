import './browser.js'
import assert from 'node:assert/strict'
import test from 'node:test'

const {formulas, load, style} = await import('../../../lazyflow/web/js/formula.js')
const {rendered} = await import('../../../lazyflow/web/js/markdown.js')

function shown(source) {
  const element = document.createElement('div')
  element.append(rendered(source))
  formulas(element)
  return element
}

const early = shown('Let $x^2$ be')

test('a formula stands as it was written until the library is there', async () => {
  assert.equal(early.textContent.trim(), 'Let $x^2$ be')
  await load()
  assert.equal(early.querySelector('math msup').textContent, 'x2')
  assert.ok(style.textContent.includes('math'))
})

test('a formula on its own is drawn large, one in a line is not', () => {
  assert.equal(shown('$$\\frac{a}{b}$$').querySelector('.formula.block math').getAttribute('display'), 'block')
  assert.equal(shown('so $\\frac{a}{b}$').querySelector('.formula:not(.block) math').getAttribute('display'), null)
  assert.equal(shown('\\[\n\\begin{aligned} a&=b\\\\ c&=d \\end{aligned}\n\\]').querySelectorAll('mtr').length, 2)
})

test('what is no formula stays as it was written', () => {
  for (const source of ['$\\frac{a$', '$\\def\\a{\\a\\a}\\a$', '$\\begin{x}^2$', `$${'{'.repeat(1900)}x^2${'}'.repeat(1900)}$`]) {
    const element = shown(source)
    if (!element.querySelector('math')) assert.equal(element.textContent.trim(), source)
  }
})

const HOSTILE = [
  '\\href{javascript:window.ran=1}{x^2}', '\\url{javascript:window.ran=1}^2', '\\includegraphics{http://elsewhere.invalid/x.png}^2', '\\htmlClass{a}{x^2}',
  '\\htmlData{onclick=window.ran=1}{x^2}', '\\style{position:fixed}{x^2}', '\\class{page}{x^2}', '\\id{composer}{x^2}', '\\text{<img src=x onerror=window.ran=1>}^2',
  '\\color{url(http://elsewhere.invalid)}{x^2}', '\\rule{99999em}{99999em}^2', '\\def\\x{\\x\\x\\x}\\x^2', '\\newcommand{\\y}{\\y\\y}\\y^2', '\\let\\z=\\z \\z^2',
  '\\unicode{x3c}script^2', '\\text{</math><script>window.ran=1</script>}^2', '\\fcolorbox{red}{blue}{x^2}', '\\raisebox{9999em}{x}^2', '\\kern9999em x^2', '\\hspace{-9999em}x^2',
]
for (const source of HOSTILE) {
  test(`harmless: ${source}`, () => {
    const began = performance.now()
    const html = shown(`$$${source}$$`).innerHTML.replace(/>[^<]+</g, '><')
    assert.ok(performance.now() - began < 1000)
    assert.doesNotMatch(html, /<(?:script|img|a|svg|iframe|style|form)\b|\son\w+=|\s(?:href|src|id|data-\w+|xlink:href)=|url\(|position:|99999?em/i)
  })
}

import './browser.js'
import assert from 'node:assert/strict'
import test from 'node:test'

const {languageOf, rendered} = await import('../../../lazyflow/web/js/markdown.js')

function html(source) {
  const element = document.createElement('div')
  element.append(rendered(source))
  return element
}

test('an image is a link and fetches nothing', () => {
  const element = html('![a picture](http://elsewhere/?q=secret)')
  assert.equal(element.querySelector('img'), null)
  assert.equal(element.querySelector('a').textContent, '🖼 a picture')
})

test('HTML is shown as it was written', () => {
  const source = '<img src=x onerror=alert(1)> <b>bold</b>'
  assert.equal(html(source).textContent.trim(), source)
  assert.equal(html(source).querySelector('img, b'), null)
})

for (const address of ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', '/-/reload', '//elsewhere']) {
  test(`no link leads to ${address}`, () => {
    for (const link of html(`[x](${address}) <${address}> ![i](${address})`).querySelectorAll('a')) assert.equal(link.getAttribute('href'), null)
  })
}

test('links open apart and tell nothing of where they come from', () => {
  const link = html('https://example.org/a').querySelector('a')
  assert.equal(link.getAttribute('rel'), 'noopener noreferrer')
  assert.equal(link.getAttribute('target'), '_blank')
})

test('only what can be a language becomes a class', () => {
  assert.equal(languageOf('python title="x"'), 'python')
  assert.equal(languageOf('c++'), 'c++')
  assert.equal(languageOf('"><script>'), '')
  assert.equal(html('```"onload=x class=page\nx\n```').querySelector('code').className, '')
})

test('columns keep their alignment', () => {
  const cells = html('|a|b|\n|:-:|-:|\n|1|2|').querySelectorAll('td')
  assert.deepEqual([...cells].map(cell => cell.className), ['align-center', 'align-end'])
})

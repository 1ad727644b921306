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
  assert.equal(element.querySelector('a').textContent, 'a picture')
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

test('a line is broken where a model asks for it, as in the cell of a table', () => {
  assert.equal(html('|a|\n|-|\n|one<br>two<BR />three|').querySelectorAll('td br').length, 2)
  assert.equal(html('`<br>`').querySelector('code').textContent, '<br>')
})

test('small signs and keys are drawn, and nothing that is written in their tags', () => {
  assert.equal(html('H<sub>2</sub>O, <kbd>Ctrl</kbd>').querySelector('p').innerHTML, 'H<sub>2</sub>O, <kbd>Ctrl</kbd>')
  assert.equal(html('<sub onclick=x>a</sub>').querySelector('sub'), null)
  assert.equal(html('a<sup>b\n\nc').querySelectorAll('p > sup').length, 1)
})

test('tasks show whether they are done', () => {
  const items = html('- [ ] open\n- [x] **done**\n- [ ]\n- [x](https://example.org)\n\n1. [X] first').querySelectorAll('li')
  assert.deepEqual([...items].map(item => item.className), ['task', 'task-done', '', '', 'task-done'])
  assert.deepEqual([...items].map(item => item.textContent.trim()), ['open', 'done', '[ ]', 'x', 'first'])
})

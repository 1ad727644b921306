import './browser.js'
import assert from 'node:assert/strict'
import test from 'node:test'

const {mark, unmark} = await import('../../../lazyflow/web/js/found.js')

function element(html) {
  const made = document.createElement('div')
  made.innerHTML = html
  return made
}

for (const [html, sought, found] of [
  ['<p>Ein Apfel, zwei Äpfel</p>', 'äpfel', ['Äpfel']],
  ['<p>a <b>bold</b> word, a bold <i>wo</i>rd</p>', 'bold word', ['bold word', 'bold word']],
  ['<pre><code><span>let</span> <span>x</span> = 1</code></pre>', 'LET X =', ['let x =']],
  ['<p>日本語の質問</p>', '質', ['質']],
  ['<p>(a+b)* \\ [1]</p>', '(A+B)* \\', ['(a+b)* \\']],
  ['<p>nothing</p>', 'else', []],
  ['<p>nothing</p>', '', []],
]) test(`«${sought}» is marked in ${html}`, () => {
  const marks = new Map()
  globalThis.CSS = {highlights: marks}
  globalThis.Highlight = class { constructor(...ranges) { this.ranges = ranges } }
  const first = mark(element(html), sought)
  assert.deepEqual((marks.get('sought')?.ranges ?? []).map(String), found)
  assert.equal(first ? String(first) : null, found[0] ?? null)
  unmark()
  assert.equal(marks.size, 0)
})

test('without highlights the place is told all the same', () => {
  delete globalThis.CSS
  assert.equal(String(mark(element('<p>here</p>'), 'HERE')), 'here')
  unmark()
})

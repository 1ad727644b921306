import './browser.js'
import assert from 'node:assert/strict'
import test from 'node:test'

const {morph} = await import('../../../lazyflow/web/js/morph.js')

function tree(html) {
  const element = document.createElement('div')
  element.innerHTML = html
  return element
}

const STEPS = [
  '',
  'a',
  '<p dir="auto">a</p>',
  '<p dir="auto">a <em>b</em></p>',
  '<p>a b <em class="x">b</em> c</p><ul><li>1</li></ul>',
  '<ul><li>1</li><li>2 <strong>3</strong></li></ul>',
  '<ol start="2"><li>1</li></ol>tail',
  '<math><mi>x</mi></math>',
  '<h2>short</h2>',
]

test('whatever a tree was, it becomes the other', () => {
  for (const from of STEPS) {
    for (const to of STEPS) {
      const old = tree(from)
      morph(old, tree(to))
      assert.equal(old.innerHTML, to)
    }
  }
})

test('what did not change stays the very same, and text that goes on grows where it is', () => {
  const old = tree('<p>one <em>two</em></p><ul><li>three</li></ul>')
  const [paragraph, list] = old.children
  const {firstChild: words} = list.firstChild
  morph(old, tree('<p>one <em>two</em></p><ul><li>three and</li><li>four</li></ul>'))
  assert.equal(old.children[0], paragraph)
  assert.equal(old.children[1], list)
  assert.equal(list.firstChild.firstChild, words)
  assert.equal(words.data, 'three and')
})

test('a selection stays while its text grows', () => {
  const old = tree('<p>some words</p>')
  document.body.append(old)
  const selection = document.getSelection()
  const range = document.createRange()
  range.setStart(old.firstChild.firstChild, 5)
  range.setEnd(old.firstChild.firstChild, 10)
  selection.removeAllRanges()
  selection.addRange(range)
  morph(old, tree('<p>some words and more</p>'))
  assert.equal(selection.toString(), 'words')
  old.remove()
})

import './browser.js'
import assert from 'node:assert/strict'
import test from 'node:test'

const {Stream} = await import('../../../lazyflow/web/js/stream.js')
const {dress} = await import('../../../lazyflow/web/js/code.js')
const {rendered} = await import('../../../lazyflow/web/js/markdown.js')
const {load} = await import('../../../lazyflow/web/js/formula.js')
const say = key => key

const SOURCE = `# Title

A paragraph with *stress*, \`code\` and a [link](https://example.org).
Its second line.

- one
- two
  - deeper

1. first

2. second

\`\`\`python
def f(x):
    return "\`\`\`not the end"
\`\`\`

| a | b |
|:--|--:|
| 1 | 2 |

~~~
plain
\`\`\`
~~~

> quoted
> more

    indented code

---

Last words`

function whole(source) {
  const element = document.createElement('div')
  const fragment = rendered(source)
  dress(fragment, say)
  element.append(fragment)
  return text(element)
}

const text = element => element.innerHTML.replace(/\s+/g, ' ').replace(/> </g, '><').replace(/<\/?div class="live">/g, '')

function streamed(source, size) {
  const element = document.createElement('div')
  const stream = new Stream(element, say)
  for (let at = 0; at < source.length; at += size) {
    stream.push(source.slice(at, at + size))
    stream.flush()
  }
  stream.flush(true)
  return element
}

for (const size of [1, 2, 3, 7, 50, 10_000]) {
  test(`pieces of ${size} characters give what the whole text gives`, () => {
    assert.equal(text(streamed(SOURCE, size)), whole(SOURCE))
  })
}

test('a finished block is never touched again', () => {
  const element = document.createElement('div')
  const stream = new Stream(element, say)
  stream.push('# One\n\nTwo\n\nThree\nand a h')
  stream.flush()
  const [first, second] = element.children
  stream.push('alf\n\nFour')
  stream.flush(true)
  assert.equal(element.children[0], first)
  assert.equal(element.children[1], second)
  assert.equal(element.children.length, 4)
})

test('code in an open fence grows in chunks, of which only the last is touched', () => {
  const element = document.createElement('div')
  const stream = new Stream(element, say)
  stream.push(`\`\`\`js\n${'let a\n'.repeat(500)}`)
  stream.flush()
  const [first] = element.querySelectorAll('.chunk')
  const before = first.textContent
  stream.push('let b\n')
  stream.flush()
  assert.equal(first.textContent, before)
  assert.equal(element.querySelectorAll('.chunk').length, 2)
  assert.equal(element.querySelector('code').textContent, `${'let a\n'.repeat(500)}let b\n`)
})

test('a fence that never closes keeps its text', () => {
  assert.equal(streamed('```js\nlet a\nlet b', 3).querySelector('code').textContent, 'let a\nlet b')
})

for (const size of [1, 4, 10_000]) {
  test(`code that stands a little to the right stands so with its fence, in pieces of ${size}`, () => {
    const source = 'As so:\n\n   ```python\n   if x:\n       y()\n  z()\n   ```\nThen'
    assert.equal(streamed(source, size).querySelector('code').textContent, 'if x:\n    y()\nz()\n')
    assert.equal(text(streamed(source, size)), whole(source))
  })

  test(`a fence ends with a fence alone, in pieces of ${size}`, () => {
    for (const end of ['', '\n', '  \nThen']) {
      const source = `\`\`\`markdown\nIn it:\n\`\`\`js\nlet a\n\`\`\`${end}`
      assert.equal(streamed(source, size).querySelector('code').textContent, 'In it:\n```js\nlet a\n')
      assert.equal(text(streamed(source, size)).trim(), whole(source).trim())
    }
  })
}

test('a link whose address comes later is a link in the end', () => {
  const element = streamed('See [the page][1].\n\nMore.\n\n[1]: https://example.org/x\n', 5)
  assert.equal(element.querySelector('a').getAttribute('href'), 'https://example.org/x')
})

const FORMULAS = `Let $x^2$ and \\(y_1\\) be.

$$
a = b

- c
$$

It costs $5 and $6.

\\[
z^2
\\]
The end $n$`

for (const size of [1, 3, 7, 10_000]) {
  test(`formulas in pieces of ${size} characters give what the whole text gives`, async () => {
    await load()
    assert.equal(text(streamed(FORMULAS, size)), whole(FORMULAS))
    assert.equal(streamed(FORMULAS, size).querySelectorAll('math').length, 5)
  })
}

test('a formula that has no end yet is text, and nothing in it is taken for Markdown', () => {
  const element = document.createElement('div')
  const stream = new Stream(element, say)
  stream.push('Thus\n\n$$\na = b\n\n- c\n')
  stream.flush()
  assert.equal(element.querySelector('li, math'), null)
  assert.match(element.textContent, /\$\$\s*a = b\s*- c/)
  stream.push('$$\n')
  stream.flush()
  assert.equal(element.querySelectorAll('math').length, 1)
})

test('dollars that never end are paragraphs and lists in the end', () => {
  const element = streamed('$$\nOne.\n\n- two\n', 2)
  assert.equal(element.querySelectorAll('li').length, 1)
  assert.equal(element.querySelectorAll('math').length, 0)
})

test('the last block grows where it is: what was drawn of it stays, and stays selected', () => {
  const element = document.createElement('div')
  document.body.append(element)
  const stream = new Stream(element, say)
  stream.push('One.\n\nSome *words* and')
  stream.flush()
  const [, paragraph] = element.children
  const range = document.createRange()
  range.selectNodeContents(paragraph.querySelector('em'))
  document.getSelection().addRange(range)
  stream.push(' more\n\nThree')
  stream.flush()
  assert.equal(element.children[1], paragraph)
  assert.equal(document.getSelection().toString(), 'words')
  assert.equal(paragraph.textContent, 'Some words and more')
  element.remove()
})

test('the buttons of a code block that grew in the last block copy what it holds now', () => {
  const element = document.createElement('div')
  const stream = new Stream(element, say)
  stream.push('- one\n\n  ```js\n  let a')
  stream.flush()
  const code = element.querySelector('li code')
  stream.push('\n  let b\n  ```\n')
  stream.flush(true)
  assert.equal(element.querySelector('li code'), code)
  assert.equal(code.textContent.trim(), 'let a\nlet b')
  assert.ok(code.querySelector('.hljs-keyword'))
})

for (const [what, source] of [['a paragraph', 'One.\n\nTwo'], ['an open fence', '```js\nlet a'], ['a late address', '[a][b]\n\nTwo\n\n[b]: https://example.org\n']]) {
  test(`an end that is told twice changes nothing: ${what}`, () => {
    const element = document.createElement('div')
    const stream = new Stream(element, say)
    stream.push(source)
    stream.flush(true)
    const shown = element.innerHTML
    stream.flush(true)
    assert.equal(element.innerHTML, shown)
    assert.ok(element.textContent)
  })
}

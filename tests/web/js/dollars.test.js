import './browser.js'
import assert from 'node:assert/strict'
import test from 'node:test'

const {rendered} = await import('../../../lazyflow/web/js/markdown.js')

function found(source) {
  const element = document.createElement('div')
  element.append(rendered(source))
  return [...element.querySelectorAll('code.maths, code.maths-block')].map(code => code.textContent)
}

const MATHS = {
  'Let $x^2$ be': ['$x^2$'],
  'so $a$, $b$ and $5$.': ['$a$', '$b$', '$5$'],
  '($n+1$)-th': ['$n+1$'],
  'inline \\(a_b*c*\\) too': ['\\(a_b*c*\\)'],
  '\\(x\\) and \\(5\\)': ['\\(x\\)', '\\(5\\)'],
  'in text $$E = mc^2$$ too': ['$$E = mc^2$$'],
  '$$\nE = mc^2\n$$': ['$$\nE = mc^2\n$$'],
  'Thus\n\\[\na < b\n\\]\nholds': ['\\[\na < b\n\\]'],
  '$$\na\n\n- b\n$$': ['$$\na\n\n- b\n$$'],
  '\\[ x = 1 \\]': ['\\[ x = 1 \\]'],
  '- item $k$\n- $$\n  z^2\n  $$': ['$k$', '$$\nz^2\n$$'],
  '> $$\n> q^2\n> $$': ['$$\nq^2\n$$'],
  '| a |\n|---|\n| $x$ |': ['$x$'],
  '**bold $\\alpha$**': ['$\\alpha$'],
  '$\\text{a \\$ b}$': ['$\\text{a \\$ b}$'],
}
for (const [source, expected] of Object.entries(MATHS)) {
  test(`maths: ${JSON.stringify(source)}`, () => assert.deepEqual(found(source), expected))
}

const NONE = [
  '$5 and $6', 'costs $5, not 6$', 'from $100k/$200k', 'US$5 to US$6', '$HOME/$USER', 'a $ b $ c', '$$ is money', 'only $x', 'pay $20-$30',
  '\\$x\\$', '`$x$`', '```\n$x$\n```', '\\[see above\\](url)', '\\[1\\]', '\\(optional\\)', '\\(no end', '$$\nno end', '$$$', '$ $', '$$$$',
]
for (const source of NONE) {
  test(`no maths: ${JSON.stringify(source)}`, () => assert.deepEqual(found(source), []))
}

test('a formula that is absurdly long is text', () => {
  assert.deepEqual(found(`$${'x'.repeat(5000)}$`), [])
  assert.deepEqual(found(`$$\n${'x\n'.repeat(5000)}$$`), [])
})

test('thousands of dollars are read in a moment', () => {
  const began = performance.now()
  found('$5 and '.repeat(5000))
  found('\\['.repeat(5000))
  found('$$\n'.repeat(3000))
  assert.ok(performance.now() - began < 3000)
})

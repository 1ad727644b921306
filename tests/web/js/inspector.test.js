import './browser.js'
import assert from 'node:assert/strict'
import test from 'node:test'
import {Graph} from '../../../lazyflow/web/js/graph.js'
import {call} from '../../../lazyflow/web/js/inspector.js'
import {modelOf} from '../../../lazyflow/web/js/models.js'
import {speaker} from '../../../lazyflow/web/js/words.js'

test('what a model was sent is shown as text and never as markup', () => {
  const hostile = '<img src=x onerror=alert(1)>'
  const shown = call({path: ['chat', hostile], model: hostile, messages: [[hostile, hostile]], parameters: [[hostile, hostile]], prompt: 7}, key => key)
  assert.equal(shown.querySelector('img'), null)
  assert.equal(shown.querySelector('pre').textContent, hostile)
  assert.equal(shown.querySelector('h4').textContent, `chat › ${hostile}`)
  assert.match(shown.textContent, /promptFigure7/)
})

const HOSTILE = '</text><script>alert(1)</script>" onload="alert(1)'
const DRAWN = {
  width: 200, height: 160, box: 46, about: HOSTILE,
  boxes: [{name: HOSTILE, kind: 'web" onload="alert(1)', caption: HOSTILE, x: 100, y: 39, width: 90}, {name: 'chat', kind: 'local', caption: 'local', x: 100, y: 120, width: 90}],
  routes: [{points: [[100, 62], [100, 97]], label: HOSTILE, at: [100, 80], spare: true}],
}

test('a graph is drawn from data, and its names are text', () => {
  const graph = new Graph()
  graph.show(DRAWN)
  assert.equal(graph.element.querySelector('script, [onload]'), null)
  assert.deepEqual([...graph.element.querySelectorAll('.name, .label')].map(one => one.textContent), [HOSTILE, 'chat', HOSTILE])
  assert.deepEqual([...graph.element.querySelectorAll('rect')].map(one => one.getAttribute('class')), ['', 'local'])
  assert.equal(graph.element.querySelector('svg').getAttribute('aria-label'), HOSTILE)
  assert.match(graph.element.querySelector('.spare').getAttribute('d'), /^M100 62C/)
})

test('the nodes at work are lit, whatever else there is', () => {
  const graph = new Graph()
  graph.show(DRAWN)
  const lit = () => [...graph.element.querySelectorAll('.lit .name')].map(one => one.textContent)
  graph.light(['chat', 'gone'])
  assert.deepEqual(lit(), ['chat'])
  graph.light([])
  assert.deepEqual(lit(), [])
})

test('a model tells where it lies and how busy it is', () => {
  const say = speaker(['en'])
  const model = {file: 'm.gguf', about: '<b>135M Q4</b>', size: 98_000_000, context: 4096, offloaded: 10, layers: 31, devices: ['CUDA0']}
  const shown = modelOf({nodes: ['chat', 'other'], state: 'ready', fraction: 1, model, busy: {running: 2, waiting: 1, slots: 4, tokens: 900, room: 16384}}, say)
  assert.deepEqual([...shown.querySelectorAll('h4 span')].map(one => one.textContent), ['chat, other', 'loaded'])
  assert.deepEqual([...shown.querySelectorAll('dd')].map(one => one.textContent), ['4096 tokens', '10 of 31 · CUDA0', '98 MB', '900 of 16384', '2 running, 1 waiting, 4 slots'])
  assert.equal(shown.querySelector('b'), null)
  const loading = modelOf({nodes: ['chat'], state: 'loading', stage: 'reading', fraction: 0.25}, say)
  assert.equal(loading.querySelector('progress').value, 0.25)
  assert.match(modelOf({nodes: ['chat'], state: 'failed', message: 'no room'}, say).textContent, /failed.*no room/)
})

import './browser.js'
import assert from 'node:assert/strict'
import test from 'node:test'
import {call} from '../../../lazyflow/web/js/inspector.js'

test('what a model was sent is shown as text and never as markup', () => {
  const hostile = '<img src=x onerror=alert(1)>'
  const shown = call({path: ['chat', hostile], model: hostile, messages: [[hostile, hostile]], parameters: [[hostile, hostile]], prompt: 7}, key => key)
  assert.equal(shown.querySelector('img'), null)
  assert.equal(shown.querySelector('pre').textContent, hostile)
  assert.equal(shown.querySelector('h3').textContent, `chat › ${hostile}`)
  assert.match(shown.textContent, /promptFigure7/)
})

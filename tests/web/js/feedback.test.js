import './browser.js'
import assert from 'node:assert/strict'
import test from 'node:test'
import {Thumbs} from '../../../lazyflow/web/js/feedback.js'

function thumbs() {
  const told = []
  const made = new Thumbs({say: key => key, judge: feedback => { told.push(feedback); made.show(feedback) }})
  document.body.replaceChildren(...made.buttons, made.element)
  return {made, told, up: made.buttons[0], down: made.buttons[1]}
}

test('a thumb counts at once, a second press takes it back, the other one replaces it', () => {
  const {told, up, down} = thumbs()
  up.click()
  assert.equal(up.getAttribute('aria-pressed'), 'true')
  down.click()
  assert.deepEqual([up, down].map(button => button.getAttribute('aria-pressed')), ['false', 'true'])
  down.click()
  assert.deepEqual(told, [{good: true, note: ''}, {good: false, note: ''}, null])
})

test('a note is saved with its thumb, shown as text, and may be changed', () => {
  const {made, told, down} = thumbs()
  down.click()
  assert.equal(made.form.hidden, false)
  made.area.value = ' <img src=x> '
  made.area.dispatchEvent(new window.KeyboardEvent('keydown', {key: 'Enter', bubbles: true}))
  assert.deepEqual(told.at(-1), {good: false, note: '<img src=x>'})
  assert.deepEqual([made.form.hidden, made.shown.hidden, made.shown.textContent], [true, false, '<img src=x>'])
  assert.equal(made.element.querySelector('img'), null)
  made.shown.click()
  assert.deepEqual([made.form.hidden, made.shown.hidden, made.area.value], [false, true, '<img src=x>'])
})

test('Escape leaves the note and gives the focus back to the thumb', () => {
  const {made, told, up} = thumbs()
  up.click()
  made.area.dispatchEvent(new window.KeyboardEvent('keydown', {key: 'Escape', bubbles: true, cancelable: true}))
  assert.equal(made.form.hidden, true)
  assert.equal(document.activeElement, up)
  assert.equal(told.length, 1)
})

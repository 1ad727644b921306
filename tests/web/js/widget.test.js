import './browser.js'
import assert from 'node:assert/strict'
import test from 'node:test'
import {Widget, fromLines, toLines} from '../../../lazyflow/web/js/widget.js'

const NUMBER = {node: 'chat', param: 'temperature', kind: 'number', title: 'Temperature', help: 'How free', min: 0, max: 2, step: 0.01, slides: true, example: 0.7, app: 0.5}

function made(given) {
  const told = []
  const widget = new Widget(given, (key, values) => key + JSON.stringify(values ?? ''), value => told.push(value))
  document.body.replaceChildren(widget.element)
  const type = value => {
    widget.box.value = value
    widget.box.dispatchEvent(new window.Event('input'))
  }
  const commit = () => widget.box.dispatchEvent(new window.Event('change'))
  return {widget, told, type, commit}
}

test('texts survive their way through lines, line breaks and backslashes included', () => {
  for (const texts of [['END'], ['\n\n', 'User:'], ['a\\nb', '\\'], []]) assert.deepEqual(fromLines(toLines(texts)), texts)
})

test('a number has a box and a slider that move together, and is told once it is set', () => {
  const {widget, told, type, commit} = made(NUMBER)
  assert.deepEqual([widget.box.value, widget.slider.value], ['0.5', '0.5'])
  type('1.25')
  assert.equal(widget.slider.value, '1.25')
  assert.deepEqual(told, [])
  commit()
  assert.deepEqual(told, [1.25])
  widget.slider.value = '0.3'
  widget.slider.dispatchEvent(new window.Event('input'))
  assert.equal(widget.box.value, '0.3')
})

test('what is out of bounds is said beside the box and not told', () => {
  const {widget, told, type, commit} = made(NUMBER)
  type('7')
  commit()
  assert.deepEqual(told, [])
  assert.match(widget.wrong.textContent, /bounds/)
  assert.equal(widget.box.getAttribute('aria-invalid'), 'true')
  type('1')
  commit()
  assert.deepEqual([told, widget.wrong.textContent], [[1], ''])
})

test('only a person’s own value can be reset, and an empty box is a reset', () => {
  const {widget, told, type, commit} = made(NUMBER)
  assert.equal(widget.reset.hidden, true)
  widget.set(1.5)
  assert.deepEqual([widget.reset.hidden, widget.box.value], [false, '1.5'])
  widget.reset.click()
  type('')
  commit()
  assert.deepEqual(told, [null, null])
  widget.set(undefined)
  assert.deepEqual([widget.reset.hidden, widget.box.value], [true, '0.5'])
})

test('what somebody else sets or a new default does not touch what one is typing', () => {
  const {widget, type} = made({...NUMBER, kind: 'text', slides: undefined, app: 'Be kind.'})
  type('Be br')
  widget.show({...widget.given, app: 'Be rude.'})
  assert.equal(widget.box.value, 'Be br')
})

test('a parameter without a value leaves the choice to the model, and says so', () => {
  const {widget} = made({...NUMBER, app: undefined})
  assert.deepEqual([widget.box.value, widget.slider.value, widget.element.className], ['', '0.7', 'setting unset'])
  assert.match(widget.box.placeholder, /automatic/)
})

test('choices and switches tell what was picked', () => {
  const choice = made({...NUMBER, kind: 'choice', options: ['a', '<b>'], slides: undefined, app: 'a'})
  choice.widget.box.value = '<b>'
  choice.commit()
  choice.widget.box.value = ''
  choice.commit()
  assert.deepEqual(choice.told, ['<b>', null])
  const toggle = made({...NUMBER, kind: 'switch', slides: undefined, app: true})
  assert.equal(toggle.widget.box.checked, true)
  toggle.widget.box.checked = false
  toggle.commit()
  assert.deepEqual(toggle.told, [false])
})

test('titles, nodes and help are text', () => {
  const evil = '<img src=x onerror=alert(1)>'
  const {widget} = made({...NUMBER, title: evil, node: evil, help: evil})
  assert.equal(widget.element.querySelector('img'), null)
  assert.equal(widget.name.textContent, evil)
})

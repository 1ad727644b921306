import './browser.js'
import assert from 'node:assert/strict'
import test from 'node:test'

const {Composer} = await import('../../../lazyflow/web/js/composer.js')

function composer(accepts = true) {
  sessionStorage.clear()
  return again(accepts)
}

function again(accepts = true) {
  const made = new Composer({say: key => key, submit: () => accepts, stop: () => {}})
  made.write = text => { made.area.value = text; made.go() }
  return made
}

test('what was sent leaves the box, what was not accepted stays', () => {
  const sent = composer()
  sent.write('hello')
  assert.equal(sent.area.value, '')
  const refused = composer(false)
  refused.write('hello')
  assert.equal(refused.area.value, 'hello')
})

test('what could not go yet goes when the page has caught up, unless it was changed', () => {
  const sent = []
  let ready = false
  const one = new Composer({say: key => key, submit: text => ready && sent.push(text) > 0, stop: () => {}})
  one.resume()
  one.area.value = 'hello'
  one.go()
  ready = true
  one.area.value = 'hello, and more'
  one.resume()
  assert.deepEqual(sent, [])
  ready = false
  one.go()
  ready = true
  one.resume()
  one.resume()
  assert.deepEqual(sent, ['hello, and more'])
  assert.equal(one.area.value, '')
})

test('a message that the server did not get comes back, over a reload too', () => {
  composer().write('hello')
  const after = again()
  after.check([])
  assert.equal(after.area.value, 'hello')
  after.area.value = ''
  after.check([])
  assert.equal(after.area.value, '')
})

test('a message that is there, or whose answer has begun, does not', () => {
  const there = composer()
  there.write('hello')
  there.check([{role: 'user', text: 'hello'}])
  assert.equal(there.area.value, '')
  // It is not known to be stored before its answer begins.
  again().check([])
  const answered = composer()
  answered.write('hello')
  answered.arrived()
  answered.check([])
  assert.equal(answered.area.value, '')
})

test('a draft that was begun meanwhile stays below it', () => {
  const made = composer()
  made.write('hello')
  made.area.value = 'and then'
  made.check([])
  assert.equal(made.area.value, 'hello\n\nand then')
})

test('a message that arrives late is not there twice', () => {
  const made = composer()
  made.write('hello')
  made.check([])
  made.added([{role: 'user', text: 'hello'}])
  assert.equal(made.area.value, '')
  made.write('hello')
  made.check([{role: 'user', text: 'other'}])
  made.area.value = 'hello, changed'
  made.added([{role: 'user', text: 'hello'}])
  assert.equal(made.area.value, 'hello, changed')
})

test('its files come back with it', () => {
  const made = composer()
  made.attachments.offer({kinds: [], most: 1, files: 3})
  made.attachments.put({id: 'f1', name: 'a.txt', size: 1, kind: 'text'})
  made.attachments.chips[0].done({id: 'f1', name: 'a.txt', size: 1, kind: 'text'})
  made.write('read this')
  assert.deepEqual(made.attachments.ids, [])
  const after = again()
  after.check([])
  assert.deepEqual([after.area.value, after.attachments.ids], ['read this', ['f1']])
})

for (const [what, given, sent] of [
  ['Enter', {}, true],
  ['Enter that takes an input method\'s word', {isComposing: true}, false],
  ['the same in Safari', {keyCode: 229}, false],
  ['Shift-Enter', {shiftKey: true}, false],
]) {
  test(`${what} ${sent ? 'sends' : 'does not send'}`, () => {
    const one = composer()
    one.area.value = 'にほん'
    one.area.dispatchEvent(new window.KeyboardEvent('keydown', {key: 'Enter', cancelable: true, ...given}))
    assert.equal(one.area.value, sent ? '' : 'にほん')
  })
}

import assert from 'node:assert/strict'
import test from 'node:test'
import {Wire} from '../../../lazyflow/web/js/wire.js'

function wire() {
  const sent = []
  const taken = []
  return {sent, taken, wire: new Wire(data => sent.push(data), () => 'c1', message => taken.push(message.t + (message.seq ?? '')))}
}

test('messages are taken in order, once', () => {
  const {wire: one, taken} = wire()
  one.receive([{t: 'snap', seq: 4}, {t: 'text', seq: 4}, {t: 'text', seq: 5}, {t: 'text', seq: 5}, {t: 'end', seq: 6}])
  assert.deepEqual(taken, ['snap4', 'text5', 'end6'])
})

test('a gap asks once for everything again', () => {
  const {wire: one, taken, sent} = wire()
  one.receive([{t: 'snap', seq: 1}, {t: 'text', seq: 3}, {t: 'text', seq: 4}])
  assert.deepEqual(sent, [{t: 'ready', c: 'c1'}])
  assert.deepEqual(taken, ['snap1'])
  one.receive([{t: 'snap', seq: 4}, {t: 'text', seq: 5}])
  assert.deepEqual(taken, ['snap1', 'snap4', 'text5'])
})

test('nothing is taken before the first snapshot but what has no number', () => {
  const {wire: one, taken} = wire()
  one.receive([{t: 'text', seq: 1}, {t: 'look'}])
  assert.deepEqual(taken, ['look'])
})

for (const [failing, asked] of [['text', true], ['snap', false]]) {
  test(`a ${failing} that fails is reported${asked ? ', and everything asked for again' : ', once'}`, () => {
    const reported = []
    globalThis.reportError = error => reported.push(error.message)
    const sent = []
    const taken = []
    const one = new Wire(data => sent.push(data.t), () => 'c1', message => {
      if (message.t === failing) throw new Error(failing)
      taken.push(message.t)
    })
    one.receive([{t: 'snap', seq: 1}, {t: 'text', seq: 2}, {t: 'end', seq: 3}])
    assert.deepEqual(reported, [failing])
    assert.deepEqual(sent, asked ? ['ready'] : [])
    assert.deepEqual(taken, asked ? ['snap'] : ['text', 'end'])
  })
}

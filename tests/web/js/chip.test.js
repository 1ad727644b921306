import './browser.js'
import assert from 'node:assert/strict'
import test from 'node:test'
import {refusal} from '../../../lazyflow/web/js/attachments.js'
import {Chip, fileOf, sizeOf} from '../../../lazyflow/web/js/chip.js'
import {speaker} from '../../../lazyflow/web/js/words.js'

const HOSTILE = '"><img src=x onerror=alert(1)><script>alert(1)</script>\u202e.png'
const say = speaker(['en'])

test('sizes are told in the unit that suits them', () => {
  assert.deepEqual([0, 999, 1000, 12_345, 1_250_000].map(size => sizeOf(size, 'en')), ['0 bytes', '999 bytes', '1 kB', '12 kB', '1.3 MB'])
})

test('a name is text, and an id stays within its address', () => {
  const shown = fileOf({id: '../../login?x="', name: HOSTILE, size: 1, kind: 'text'})
  assert.equal(shown.querySelector('img, script'), null)
  assert.equal(shown.querySelector('.name').textContent, HOSTILE)
  assert.equal(shown.getAttribute('href'), 'files/..%2F..%2Flogin%3Fx%3D%22')
  assert.equal(shown.getAttribute('download'), HOSTILE)
  const picture = fileOf({id: 'p1', name: HOSTILE, size: 1, kind: 'picture'})
  assert.deepEqual([...picture.querySelectorAll('*')].map(one => [one.tagName, one.getAttribute('alt')]), [['IMG', HOSTILE]])
})

test('a chip tells how far it is, and why it was not taken', () => {
  const chip = new Chip({name: HOSTILE, size: 5, kind: 'text'}, say, () => 0)
  assert.deepEqual([chip.ready, chip.running], [false, false])
  chip.advance(0.5)
  assert.deepEqual([chip.ready, chip.running, chip.progress.value], [false, true, 0.5])
  chip.fail('no')
  assert.deepEqual([chip.ready, chip.running, chip.fault.textContent], [false, false, 'no'])
  chip.done({id: 'f1', name: 'p.png', size: 5, kind: 'picture'})
  assert.equal(chip.ready, true)
  assert.equal(chip.element.querySelector('.face img').getAttribute('src'), 'files/f1')
})

test('a refusal is said in the page’s language, and what it has no words for in the server’s', () => {
  assert.equal(refusal(speaker(['de']), 'a.pdf', {reason: 'scan'}), 'a.pdf enthält Bilder von Seiten und keinen Text.')
  assert.equal(refusal(say, 'a.txt', {reason: 'large', most: 20}), 'a.txt is larger than 20 MB.')
  assert.equal(refusal(say, 'a.txt', {reason: 'toString', message: 'Something new.'}), 'Something new.')
  assert.equal(refusal(say, 'a.txt', {reason: 'new'}), 'a.txt could not be uploaded. Try again.')
})

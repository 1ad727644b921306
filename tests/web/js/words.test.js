import assert from 'node:assert/strict'
import test from 'node:test'
import {contrast, inkOn} from '../../../lazyflow/web/js/theme.js'
import {LANGUAGES, language, speaker} from '../../../lazyflow/web/js/words.js'

test('every language says everything, with the same blanks', () => {
  const blanks = text => [...new Set(text.match(/\{\w+\}/g))].sort()
  for (const words of Object.values(LANGUAGES)) {
    assert.deepEqual(Object.keys(words), Object.keys(LANGUAGES.en))
    for (const [key, text] of Object.entries(words)) assert.deepEqual(blanks(text), blanks(LANGUAGES.en[key]), key)
  }
})

test('the first language that the browser wants and the page knows is spoken', () => {
  assert.equal(language(['fr-FR', 'de-AT', 'en']), 'de')
  assert.equal(language(['zh-Hant-TW']), 'zh')
  assert.equal(language(['fr']), 'en')
  assert.equal(speaker(['en'])('tokens', {n: 3}), '3 tokens')
})

test('one is one', () => {
  for (const [tag, one, none] of [['en', '1 token', '0 tokens'], ['de', '1 Token', '0 Token'], ['zh', '1 个令牌', '0 个令牌']]) {
    assert.equal(speaker([tag])('tokens', {n: 1}), one)
    assert.equal(speaker([tag])('tokens', {n: 0}), none)
  }
  assert.deepEqual(['en', 'de'].map(tag => speaker([tag])('stepsDone', {n: 1})), ['1 step', '1 Schritt'])
})

test('numbers are written as the language writes them', () => {
  const said = tag => [speaker([tag])('speed', {n: 12345.6}), speaker([tag])('bounds', {min: 0.0001, max: '2.50'})]
  assert.deepEqual(said('en'), ['12345.6 tokens/s', 'From 0.0001 to 2.50'])
  assert.deepEqual(said('de'), ['12345,6 Token/s', 'Von 0,0001 bis 2.50'])
})

test('text on the app’s colour reads well whatever the colour', () => {
  for (const rgb of [[58, 91, 217], [255, 255, 0], [0, 0, 0], [128, 128, 128], [170, 0, 68]]) {
    const ink = inkOn(rgb) === '#fff' ? [255, 255, 255] : [0, 0, 0]
    assert.ok(contrast(rgb, ink) >= 4.5)
  }
})

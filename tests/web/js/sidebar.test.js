import './browser.js'
import assert from 'node:assert/strict'
import test from 'node:test'

const {groupOf, marked} = await import('../../../lazyflow/web/js/sidebar.js')

const now = new Date(2026, 4, 20, 15, 30)
const at = (...date) => ({pinned: false, updated: new Date(...date).getTime() / 1000})

for (const [group, item] of [
  ['today', at(2026, 4, 20, 0, 0)],
  ['yesterday', at(2026, 4, 19, 23, 59)],
  ['yesterday', at(2026, 4, 19, 0, 0)],
  ['week', at(2026, 4, 18, 23, 59)],
  ['month', at(2026, 4, 12, 23, 59)],
  ['month', at(2026, 3, 20, 0, 0)],
  ['older', at(2026, 3, 19, 23, 59)],
  ['pinned', {...at(2020, 1, 1), pinned: true}],
]) test(`${new Date(item.updated * 1000).toString().slice(0, 21)} is ${group}`, () => assert.equal(groupOf(item, now), group))

for (const [text, sought, shown] of [
  ['Ein Apfel, zwei Äpfel', 'äpfel', 'Ein Apfel, zwei [Äpfel]'],
  ['100% sure (a+b)*', '(A+B)*', '100% sure [(a+b)*]'],
  ['aXbxc', 'x', 'a[X]b[x]c'],
  ['日本語の質問', '質', '日本語の[質]問'],
  ['<b>x</b>', '<b>', '[<b>]x</b>'],
  ['C:\\x-y [1] ^$|{}', '\\x-y [1] ^$|{}', 'C:[\\x-y [1] ^$|{}]'],
  ['nothing', '', 'nothing'],
]) test(`«${sought}» is marked in «${text}»`, () => {
  assert.equal(marked(text, sought).map(part => typeof part === 'string' ? part : `[${part.textContent}]`).join(''), shown)
})

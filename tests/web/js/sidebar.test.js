import assert from 'node:assert/strict'
import test from 'node:test'
import {groupOf} from '../../../lazyflow/web/js/sidebar.js'

const now = new Date(2026, 4, 20, 15, 30)
const at = (...date) => ({pinned: false, updated: new Date(...date).getTime() / 1000})

for (const [group, item] of [
  ['today', at(2026, 4, 20, 0, 0)],
  ['yesterday', at(2026, 4, 19, 23, 59)],
  ['yesterday', at(2026, 4, 19, 0, 0)],
  ['week', at(2026, 4, 18, 23, 59)],
  ['older', at(2026, 4, 12, 23, 59)],
  ['pinned', {...at(2020, 1, 1), pinned: true}],
]) test(`${new Date(item.updated * 1000).toString().slice(0, 21)} is ${group}`, () => assert.equal(groupOf(item, now), group))

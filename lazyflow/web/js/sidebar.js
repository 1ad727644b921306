// The person's conversations: by day, searched, renamed, pinned, deleted and brought back.
import {composing, h, iconButton} from './dom.js'
import {seeker} from './found.js'
import {icon} from './icons.js'
import {Transfer} from './transfer.js'

const OPEN = 'lazyflow-sidebar'
const DAY = 86_400_000
const PAUSE = 120
/** So many more lines at a time, and how near its end the list fetches them. */
const STEP = 200
const NEAR = 400
/** Buttons of a line, by their places. */
const OPENS = 0
const RENAME = 1

/** Which heading a conversation stands under. @param {{pinned: boolean, updated: number}} item `updated` in seconds */
export function groupOf({pinned, updated}, now = new Date()) {
  if (pinned) return 'pinned'
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime()
  const at = updated * 1000
  if (at >= midnight) return 'today'
  if (at >= midnight - DAY) return 'yesterday'
  if (at >= midnight - 7 * DAY) return 'week'
  return at >= midnight - 30 * DAY ? 'month' : 'older'
}

/** The text with each place marked where `sought` stands, in upper or lower case. @returns {(string | HTMLElement)[]} */
export function marked(text, sought) {
  if (!sought) return [text]
  const parts = text.split(seeker(sought))
  return parts.map((part, index) => index % 2 ? h('mark', {text: part}) : part).filter(Boolean)
}

export class Sidebar {
  /** @param {{say: any, send: (data: object) => void, open: (id: string, place: {e: string, s: string} | null) => void, leave: () => void, current: () => string}} context */
  constructor({say, send, open, leave, current}) {
    Object.assign(this, {say, send, openConversation: open, leave, current})
    this.search = h('input', {type: 'search', placeholder: say('search'), 'aria-label': say('search'), dir: 'auto', autocomplete: 'off'})
    this.list = h('div', {class: 'shelf'})
    this.most = STEP
    this.fetching = false
    this.sought = ''
    this.more = h('button', {type: 'button', class: 'quiet', text: say('moreConversations'), on: {click: () => this.fetch()}})
    this.undo = h('div', {class: 'undo', role: 'status'})
    this.transfer = new Transfer({say, current, done: () => this.ask()})
    this.element = h('nav', {class: 'sidebar', 'aria-label': say('conversations'), hidden: true}, this.search, this.list, this.undo, this.transfer.element)
    this.shade = h('div', {class: 'shade', hidden: true, on: {click: () => this.toggle(false)}})
    this.button = iconButton(icon('menu'), say('conversations'), () => this.toggle(), {'aria-expanded': 'false'})
    this.narrow = matchMedia('(max-width: 860px)')
    this.search.addEventListener('input', () => {
      this.most = STEP
      clearTimeout(this.timer)
      this.timer = setTimeout(() => this.ask(), PAUSE)
    })
    this.element.addEventListener('keydown', event => {
      if (event.key === 'Escape') { event.stopPropagation(); this.toggle(false); this.button.focus() }
    })
    this.list.addEventListener('scroll', () => {
      const {scrollHeight, scrollTop, clientHeight} = this.list
      if (scrollHeight - scrollTop - clientHeight < NEAR) this.fetch()
    }, {passive: true})
    this.remembered = localStorage.getItem(OPEN) === 'yes' && !this.narrow.matches
  }

  get shown() {
    return !this.element.hidden
  }

  toggle(open = !this.shown) {
    this.element.hidden = !open
    this.shade.hidden = !open || !this.narrow.matches
    this.button.setAttribute('aria-expanded', String(open))
    localStorage.setItem(OPEN, open ? 'yes' : 'no')
    if (open) this.ask()
  }

  /** Open and go to the search: Ctrl-K. */
  seek() {
    this.toggle(true)
    this.search.focus()
    this.search.select()
  }

  ask() {
    if (this.shown) this.send({t: 'list', s: this.search.value.trim(), n: this.most})
  }

  /** More of them, where there are more. */
  fetch() {
    if (!this.more.isConnected || this.fetching) return
    this.fetching = true
    this.most += STEP
    this.ask()
  }

  show({s, items, more}) {
    // An answer to what was typed before the last key.
    if (s !== this.search.value.trim()) return this.search.value.trim() && s === '' ? this.ask() : undefined
    // Whoever types a new title there is not disturbed; its end asks for the list again.
    if (this.renaming) return
    const focused = this.focused()
    const wasAtMore = this.more === this.list.getRootNode().activeElement && this.list.querySelectorAll('li').length
    const groups = new Map()
    for (const item of items) {
      const name = s ? '' : groupOf(item)
      if (!groups.has(name)) groups.set(name, [])
      groups.get(name).push(item)
    }
    this.list.replaceChildren(...[...groups].map(([name, inside]) => h('section', {},
      name && h('h2', {text: this.say(name)}), h('ul', {}, ...inside.map(item => this.line(item, s))))))
    if (!items.length) this.list.append(h('p', {class: 'none', text: this.say('none')}))
    this.fetching = false
    if (more) this.list.append(this.more)
    if (s !== this.sought) this.list.scrollTop = 0
    this.sought = s
    const next = this.next || focused
    this.next = null
    if (next) this.focus(next)
    else if (wasAtMore) this.list.querySelectorAll('.open')[wasAtMore]?.focus()
  }

  /** Which button of which conversation has the focus, so that a new list keeps it. */
  focused() {
    const active = this.list.getRootNode().activeElement
    const line = this.list.contains(active) && active.closest('li')
    return line ? {c: line.dataset.c, at: [...line.querySelectorAll('button')].indexOf(active)} : null
  }

  focus({c, at}) {
    const line = [...this.list.querySelectorAll('li')].find(one => one.dataset.c === c)
    const button = line?.querySelectorAll('button')[at]
    if (button) button.focus()
    else this.search.focus()
  }

  line(item, sought) {
    const open = h('button', {type: 'button', class: 'open', 'aria-current': item.c === this.current() ? 'page' : null, dir: 'auto', title: item.title,
      on: {click: () => { this.openConversation(item.c, item.e ? {e: item.e, s: sought} : null); if (this.narrow.matches) this.toggle(false) }}},
    h('span', {}, ...marked(item.title || '…', sought)), item.excerpt && h('small', {}, ...marked(item.excerpt, sought)))
    const line = h('li', {'data-c': item.c}, open, h('span', {class: 'tools'},
      iconButton(icon('edit'), this.say('rename'), () => this.rename(item, line)),
      iconButton(icon('pin'), this.say(item.pinned ? 'unpin' : 'pin'), () => this.change({t: 'pin', c: item.c, on: !item.pinned})),
      iconButton(icon('trash'), this.say('remove'), () => this.remove(item))))
    return line
  }

  change(data) {
    this.search.value = ''
    this.send(data)
  }

  rename(item, line) {
    const box = h('input', {'aria-label': this.say('titleOf'), dir: 'auto', maxlength: '200'})
    box.value = item.title
    let done = false
    this.renaming = box
    const end = keep => {
      if (done) return
      done = true
      if (this.renaming === box) this.renaming = null
      // Who pressed a key goes on at the button; who pressed elsewhere is there already.
      if (box.getRootNode().activeElement === box) this.next = {c: item.c, at: RENAME}
      const title = box.value.trim()
      if (keep && title && title !== item.title) this.change({t: 'rename', c: item.c, s: title})
      else this.ask()
    }
    box.addEventListener('keydown', event => {
      if (event.key === 'Enter' && !composing(event)) end(true)
      if (event.key === 'Escape') { event.stopPropagation(); end(false) }
    })
    box.addEventListener('blur', () => end(true))
    line.replaceChildren(box)
    box.focus()
    box.select()
  }

  remove(item) {
    this.change({t: 'delete', c: item.c})
    if (item.c === this.current()) this.leave()
    clearTimeout(this.forget)
    const back = h('button', {type: 'button', class: 'quiet', text: this.say('undo'), on: {click: () => {
      this.next = {c: item.c, at: OPENS}
      this.change({t: 'delete', c: item.c, undo: true})
      this.undo.replaceChildren()
    }}})
    this.undo.replaceChildren(h('span', {text: this.say('removed')}), back)
    back.focus()
    this.forget = setTimeout(() => this.forgetUndo(), 10_000)
  }

  forgetUndo() {
    if (this.undo.contains(this.undo.getRootNode().activeElement)) this.search.focus()
    this.undo.replaceChildren()
  }
}

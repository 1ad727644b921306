// The chat page: a view over what the server tells. Panel calls `render`.
import {watchFiles} from './attachments.js'
import {Composer} from './composer.js'
import {Connection, watchConnection} from './connection.js'
import {Conversation} from './conversation.js'
import {h, iconButton} from './dom.js'
import {oneAtATime} from './drawer.js'
import {style as formulaStyle} from './formula.js'
import {unmark} from './found.js'
import {icon} from './icons.js'
import {Inspector} from './inspector.js'
import {Banner, Loading} from './notice.js'
import {Settings} from './settings.js'
import styles from './page.css'
import {Sidebar} from './sidebar.js'
import {Theme} from './theme.js'
import {Undo} from './undo.js'
import {Welcome} from './welcome.js'
import {Wire} from './wire.js'
import {language, speaker} from './words.js'

const GROWING = new Set(['text', 'think', 'more', 'end'])
/** Messages after which other nodes may be at work. */
const LIVELY = new Set(['snap', 'add', 'more', 'end'])

/** The conversation that the address names. */
const asked = () => new URLSearchParams(location.search).get('c') || ''
const searchOf = id => id && `?c=${encodeURIComponent(id)}`
const addressOf = id => searchOf(id) || location.pathname

class Page {
  constructor() {
    this.model = null
    this.id = asked()
    document.documentElement.lang = language(navigator.languages)
    const say = this.say = speaker(navigator.languages)
    const send = this.send = data => this.model.send_msg(data)
    this.composer = new Composer({say, submit: (text, files) => this.submit(text, files), stop: () => send({t: 'stop'})})
    this.inspector = new Inspector({say, send, last: () => this.conversation.lastAnswer, lit: () => this.conversation.atWork(this.models[0])})
    this.settings = new Settings({say, send})
    oneAtATime(this.inspector.drawer, this.settings.drawer)
    this.models = []
    this.place = null
    this.undo = new Undo(say, id => { send({t: 'remove', id, undo: true}); this.ready() })
    this.conversation = new Conversation({
      say, send, inspect: (id, opener) => this.inspector.open(id, opener), useContext: () => this.composer.useContext,
      models: () => this.models, remove: id => this.remove(id), ready: () => this.ready(),
    })
    this.welcome = new Welcome(say, text => this.submit(text))
    this.banner = new Banner(say)
    this.loading = new Loading(say)
    this.connection = new Connection(say)
    this.sidebar = new Sidebar({say, send, open: (id, place) => this.open(id, place), leave: () => this.begin(false), current: () => this.id})
    this.title = h('span', {class: 'title', dir: 'auto'})
    this.modeButton = iconButton(icon('moon'), say('dark'), () => this.theme.toggle())
    this.status = h('div', {class: 'unseen', role: 'status'})
    this.root = h('div', {class: 'page'},
      h('header', {}, this.sidebar.button, this.title, this.settings.button, this.inspector.drawer.button, iconButton(icon('compose'), say('newChat'), () => this.begin()), this.modeButton),
      this.connection.element, this.banner.element,
      h('div', {class: 'middle'}, this.sidebar.shade, this.sidebar.element,
        h('main', {}, this.conversation.element,
          h('div', {class: 'foot'}, this.conversation.latest, this.welcome.head, this.loading.element, this.undo.element, this.composer.element, this.welcome.examples)),
        this.settings.element, this.inspector.drawer.element),
      this.status)
    this.theme = new Theme(this.root, dark => {
      this.modeButton.replaceChildren(icon(dark ? 'sun' : 'moon'))
      this.modeButton.setAttribute('aria-label', say(dark ? 'light' : 'dark'))
      this.modeButton.title = say(dark ? 'light' : 'dark')
    })
    this.theme.apply()
    this.wire = new Wire(send, () => this.id, message => this.take(message))
    this.receive = messages => this.wire.receive(messages)
    window.addEventListener('keydown', event => this.onKey(event))
    window.addEventListener('popstate', () => this.wander())
    watchConnection(this.connection)
    watchFiles(this.root, this.composer.area, this.composer.attachments)
  }

  /** From now on this is what the page talks through. */
  attach(model) {
    if (this.model) this.detach(this.model)
    this.model = model
    model.on('msg:custom', this.receive)
    this.wire.ask()
  }

  detach(model) {
    model.off('msg:custom', this.receive)
  }

  opened() {
    this.root.classList.add('known')
    this.composer.grow()
    if (this.sidebar.remembered) this.sidebar.toggle(true)
    this.ready()
  }

  restored() {
    const focused = this.root.getRootNode().activeElement === this.composer.area
    const top = this.conversation.element.scrollTop
    requestAnimationFrame(() => {
      this.conversation.element.scrollTop = top
      if (focused) this.composer.area.focus()
    })
    this.connection.back()
  }

  submit(text, files = []) {
    if (this.wire.sequence === null || this.composer.busy) return false
    this.send({t: 'send', s: text, files, context: this.composer.useContext})
    this.setBusy(true)
    return true
  }

  remove(id) {
    this.send({t: 'remove', id})
    this.undo.open(id)
    this.undo.button.focus()
  }

  /** A new conversation. @param {boolean} [visit] the browser's way back leads to what is shown now */
  begin(visit = true) {
    this.composer.arrived()
    if (visit) this.visit('')
    this.send({t: 'new'})
    this.ready()
  }

  /** Show another conversation. @param {{e: string, s: string} | null} place the message, and the text in it, that was sought */
  open(id, place) {
    this.visit(id)
    this.go(id, place)
    this.ready()
  }

  /** To write comes next; on a phone that would bring the keyboard over what is to be read. */
  ready() {
    const keys = matchMedia('(pointer: fine)').matches
    const next = keys ? this.composer.area : this.conversation.element
    next.focus({preventScroll: true})
  }

  go(id, place = null) {
    this.composer.arrived()
    this.id = id
    this.place = place
    unmark()
    this.wire.ask()
  }

  visit(id) {
    if (location.search !== searchOf(id)) history.pushState(null, '', addressOf(id))
  }

  /** Where the browser's way back or forward led. */
  wander() {
    const id = asked()
    if (id) this.go(id)
    else this.begin(false)
  }

  take(message) {
    // A reply begins when its question is stored.
    if (GROWING.has(message.t)) this.composer.arrived()
    this.show(message)
    if (LIVELY.has(message.t)) this.inspector.light()
    if (message.t === 'add' || message.t === 'end') this.inspector.ask()
  }

  show(message) {
    switch (message.t) {
      case 'look': return this.look(message)
      case 'snap': return this.snapshot(message)
      case 'add':
        this.setId(this.shown)
        this.conversation.add(message.entries)
        this.composer.added(message.entries)
        return this.setBusy(true)
      case 'text': return this.conversation.write(message.id, message.s)
      case 'think': return this.conversation.change(message.id, answer => answer.think(message.s))
      case 'more': return this.conversation.change(message.id, answer => answer.update(message.entry))
      case 'end':
        this.conversation.change(message.id, answer => answer.end(message.entry))
        return this.setBusy(false)
      case 'calls': return this.inspector.show(message)
      case 'overview': return this.inspector.overview(message)
      case 'moved': return this.sidebar.ask()
      // Deleted on another page of this person.
      case 'gone': return message.c === this.id ? this.begin(false) : undefined
      case 'list': return this.sidebar.show(message)
      case 'controls': return this.settings.show(message)
      case 'set': return this.settings.set(message)
      case 'failed':
        this.setBusy(false)
        return this.composer.tell([message.message, message.help].filter(Boolean).join(' '))
      case 'refused':
        this.composer.arrived()
        this.setBusy(message.message ? false : this.composer.busy)
        return this.composer.giveBack(message)
      case 'upload': return this.composer.attachments.offer(message.takes)
    }
  }

  look(shown) {
    document.title = shown.title
    this.title.textContent = shown.title
    this.theme.show(shown)
    this.welcome.show(shown)
    this.models = shown.models
    this.composer.switch.hidden = !shown.context
    this.settings.offer(shown.controls)
    this.loading.show(shown.nodes)
    this.banner.show(shown.trouble)
    this.inspector.ask(true)
  }

  snapshot({c, entries, busy, adjusted}) {
    const same = this.shown === c
    const top = this.conversation.element.scrollTop
    const atEnd = this.conversation.atEnd
    this.shown = c
    this.conversation.show(entries)
    this.composer.check(entries)
    this.setId(entries.length ? c : '')
    if (!this.root.classList.contains('known')) this.opened()
    this.setBusy(busy)
    this.composer.resume()
    this.settings.mark(adjusted)
    this.settings.ask()
    if (!same) {
      this.sidebar.ask()
      this.inspector.leave()
      this.undo.close()
    }
    if (this.place) this.lead(same)
    else if (!same || atEnd) this.conversation.toEnd()
    else this.conversation.element.scrollTop = top
  }

  lead(same) {
    const {e, s, chosen} = this.place
    this.place = null
    if (this.conversation.lead(e, s)) return
    if (!same) this.conversation.toEnd()
    // It stands in another branch.
    if (chosen) return
    this.place = {e, s, chosen: true}
    this.send({t: 'choose', id: e})
  }

  // The address names the conversation, so that a reload or another tab shows it again.
  setId(id) {
    this.id = id
    this.root.classList.toggle('empty', !id)
    this.sidebar.transfer.offer(Boolean(id))
    if (location.search !== searchOf(id)) history.replaceState(null, '', addressOf(id))
  }

  setBusy(busy) {
    if (busy !== this.composer.busy) this.status.textContent = this.say(busy ? 'writing' : 'done')
    this.composer.setBusy(busy)
    this.root.classList.toggle('busy', busy)
    if (busy) this.undo.close()
  }

  onKey(event) {
    if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      this.sidebar.seek()
    }
    if (event.key.toLowerCase() === 'i' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
      event.preventDefault()
      this.inspector.toggle()
    }
    if (event.key === 'Escape' && this.composer.busy) this.send({t: 'stop'})
  }
}

let page = null

/** Panel renders anew when the connection is back: then the page stays as it is, and only asks what it missed. */
export function render({model, view}) {
  const again = page !== null
  page ??= new Page()
  page.attach(model)
  model.on('remove', () => page.detach(model))
  if (again) page.restored()
  view.host ??= h('div', {class: 'host'}, h('style', {text: styles}), formulaStyle)
  view.host.append(page.root)
  return view.host
}
export default {render}

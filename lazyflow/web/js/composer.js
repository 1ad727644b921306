// Where one writes: grows with its text, keeps the draft over a reload, sends with Enter.
import {Attachments} from './attachments.js'
import {composing, h} from './dom.js'
import {icon} from './icons.js'

const DRAFT = 'lazyflow-draft'
// What was sent and is not known to be stored yet: it is not lost with the server, or with the connection.
const SENT = 'lazyflow-sent'

const says = (entries, text) => entries.some(entry => entry.role === 'user' && entry.text === text)

export class Composer {
  /** @param {{say: any, submit: (text: string, files: string[]) => boolean, stop: () => void}} context `submit` is false where it is not accepted */
  constructor({say, submit, stop}) {
    this.say = say
    this.submit = submit
    this.area = h('textarea', {rows: '1', placeholder: say('placeholder'), 'aria-label': say('message'), dir: 'auto', enterkeyhint: 'send', autocomplete: 'off'})
    this.button = h('button', {type: 'button', class: 'go'})
    this.toggle = h('input', {type: 'checkbox', role: 'switch', checked: true})
    this.switch = h('label', {class: 'switch', title: say('contextHelp'), hidden: true}, this.toggle, h('span', {class: 'track', 'aria-hidden': 'true'}), h('span', {text: say('useContext')}))
    this.hint = h('span', {class: 'hint', role: 'status'})
    this.attachments = new Attachments({say, changed: () => this.setEmpty(), tell: words => this.tell(words), focus: () => this.area.focus()})
    this.element = h('div', {class: 'composer'}, this.attachments.element, this.area, h('div', {class: 'row'}, this.attachments.button, this.attachments.input, this.switch, this.hint, this.button))
    this.element.addEventListener('click', event => { if (event.target === this.element) this.area.focus() })
    this.button.addEventListener('click', () => this.busy ? stop() : this.go())
    this.area.addEventListener('input', () => this.changed())
    this.area.addEventListener('keydown', event => {
      if (event.key !== 'Enter' || event.shiftKey || composing(event)) return
      event.preventDefault()
      this.go()
    })
    /** What was to be sent while the page did not know its conversation. @type {string | null} */
    this.held = null
    this.setBusy(false)
    this.area.value = sessionStorage.getItem(DRAFT) || ''
  }

  get useContext() {
    return this.switch.hidden || this.toggle.checked
  }

  go() {
    const text = this.area.value.trim()
    if (this.attachments.running) return this.tell(this.say('uploadingWait'))
    const files = this.attachments.ids
    if (!text && !files.length) return
    if (this.busy) return this.tell(this.say('busy'))
    this.held = null
    if (!this.submit(text, files)) return this.hold(text)
    this.area.value = ''
    this.attachments.clear()
    sessionStorage.setItem(SENT, JSON.stringify({text, files: this.attachments.sent}))
    this.changed()
  }

  hold(text) {
    this.held = text
  }

  /** The page has caught up: what was to be sent meanwhile goes now, unless it was changed. */
  resume() {
    const held = this.held
    this.held = null
    if (held !== null && held === this.area.value.trim()) this.go()
  }

  changed() {
    sessionStorage.setItem(DRAFT, this.area.value)
    this.tell('')
    this.grow()
    this.setEmpty()
  }

  grow() {
    this.area.style.height = 'auto'
    this.area.style.height = `${Math.min(this.area.scrollHeight, 240)}px`
  }

  /** Give a message back that could not be sent, and say why. */
  giveBack({s, files = [], message = '', help = ''}) {
    if (!this.area.value) this.area.value = s
    this.attachments.giveBack(files)
    this.changed()
    this.tell([message, help].filter(Boolean).join(' ') || this.say('busy'))
  }

  /** What was sent last is stored, or of no matter any more. */
  arrived() {
    sessionStorage.removeItem(SENT)
  }

  /** The server's conversation, after a lost connection or a reload: what was sent and is not in it comes back. */
  check(entries) {
    const sent = JSON.parse(sessionStorage.getItem(SENT) || 'null')
    if (!sent || says(entries, sent.text)) return
    this.arrived()
    this.returned = sent.text
    this.area.value = [sent.text, this.area.value].filter(Boolean).join('\n\n')
    this.attachments.sent = sent.files
    this.attachments.giveBack(sent.files.map(file => file.id))
    this.changed()
  }

  /** What came back was only late. */
  added(entries) {
    if (this.returned && this.area.value === this.returned && says(entries, this.returned)) {
      this.area.value = ''
      this.attachments.clear()
      this.changed()
    }
    this.returned = ''
  }

  tell(text) {
    this.hint.textContent = text
  }

  setBusy(busy) {
    this.busy = busy
    const label = this.say(busy ? 'stop' : 'send')
    this.button.replaceChildren(icon(busy ? 'stop' : 'send'))
    this.button.setAttribute('aria-label', label)
    this.button.title = label
    if (!busy) this.tell('')
    this.setEmpty()
  }

  setEmpty() {
    this.button.disabled = !this.busy && !this.area.value.trim() && !this.attachments.ids.length
  }
}

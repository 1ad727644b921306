// One parameter that a person may change: a slider, a box, a switch, a choice or a text, with its help.
import {h} from './dom.js'

const PAUSE = 700
let made = 0

/** Texts as lines, in which \n is a line break within a text. @param {string[]} texts */
export const toLines = texts => texts.map(text => text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')).join('\n')

/** @param {string} lines @returns {string[]} */
export const fromLines = lines => lines.split('\n').filter(Boolean).map(line => line.replace(/\\(.)/g, (_, next) => next === 'n' ? '\n' : next))

export class Widget {
  /** @param {any} given as the server tells it @param {(value: any) => void} change is told what a person sets; null is the app's own */
  constructor(given, say, change) {
    this.say = say
    this.change = change
    this.id = `setting-${made += 1}`
    this.reset = h('button', {type: 'button', class: 'quiet', text: say('reset'), 'aria-label': `${say('reset')}: ${given.title}`, on: {click: () => this.put(null)}})
    this.wrong = h('p', {class: 'wrong', role: 'alert'})
    this.help = h('p', {class: 'about', id: `${this.id}-help`, dir: 'auto'})
    this.name = h('label', {class: 'name', for: this.id, dir: 'auto'})
    this.node = h('span', {class: 'node', dir: 'auto'})
    this.line = h('div', {class: 'line'})
    this.element = h('div', {class: 'setting'}, h('div', {class: 'head'}, this.name, this.node, this.reset), this.line, this.wrong, this.help)
    this.build(given)
    this.show(given)
  }

  /** Whether `given` is the same widget, so that only its values differ. */
  fits(given) {
    return ['node', 'param', 'kind', 'title', 'help', 'min', 'max', 'slides'].every(key => given[key] === this.given[key])
  }

  build(given) {
    const common = {id: this.id, 'aria-describedby': `${this.id}-help`, on: {change: () => this.commit(), input: () => this.typed()}}
    if (given.kind === 'switch') this.box = h('input', {type: 'checkbox', role: 'switch', ...common})
    else if (given.kind === 'choice') this.box = h('select', common, h('option', {value: '', text: ''}), ...given.options.map(text => h('option', {value: text, text})))
    else if (given.kind === 'number') this.box = h('input', {type: 'number', min: given.min, max: given.max, step: given.step === 1 ? '1' : 'any', inputmode: given.step === 1 ? 'numeric' : 'decimal', ...common})
    else this.box = h('textarea', {rows: given.kind === 'list' ? '2' : '4', dir: 'auto', ...common})
    this.slider = null
    if (given.slides) {
      this.slider = h('input', {type: 'range', min: given.min, max: given.max, step: given.step, 'aria-label': given.title, on: {
        input: () => { this.box.value = this.slider.value; this.element.classList.remove('unset') },
        change: () => this.commit(),
      }})
    }
    const box = given.kind === 'switch' ? h('span', {class: 'switch'}, this.box, h('span', {class: 'track', 'aria-hidden': 'true'})) : this.box
    this.line.replaceChildren(...[this.slider, box].filter(Boolean))
    this.name.textContent = given.title
    this.node.textContent = given.node
    this.help.textContent = [given.help, given.kind === 'list' && this.say('lines')].filter(Boolean).join(' ')
  }

  /** The values as they are now. What a person is typing stays. */
  show(given) {
    this.given = given
    const value = given.value ?? given.app
    this.reset.hidden = given.value === undefined
    this.element.classList.toggle('unset', value === undefined)
    if (this.pending) return
    this.tell('')
    const {kind} = given
    if (kind === 'switch') this.box.checked = value === true
    else this.box.value = value === undefined ? '' : kind === 'list' ? toLines(value) : String(value)
    if (kind === 'choice') this.box.firstChild.textContent = this.say('engines')
    else this.box.placeholder = value === undefined && kind !== 'text' ? this.say('automatic') : ''
    if (this.slider) this.slider.value = String(value ?? given.example ?? given.min)
  }

  /** A person's own value came from the server; undefined is the app's. */
  set(value) {
    this.show({...this.given, value})
  }

  typed() {
    this.pending = true
    clearTimeout(this.timer)
    if (this.box.tagName === 'TEXTAREA') this.timer = setTimeout(() => this.commit(), PAUSE)
    if (this.slider && this.box.value !== '') this.slider.value = this.box.value
  }

  commit() {
    clearTimeout(this.timer)
    this.pending = false
    if (!this.box.checkValidity()) return this.tell(this.bounds())
    this.tell('')
    const value = this.read()
    if (!same(value, this.given.value ?? this.given.app)) this.put(value)
  }

  put(value) {
    this.pending = false
    this.change(value)
  }

  read() {
    const {kind} = this.given
    if (kind === 'switch') return this.box.checked
    if (kind === 'text') return this.box.value
    if (this.box.value === '') return null
    if (kind === 'number') return Number(this.box.value)
    return kind === 'list' ? fromLines(this.box.value) : this.box.value
  }

  bounds() {
    const {min, max} = this.given
    return max === undefined ? this.say('least', {min}) : this.say('bounds', {min, max})
  }

  tell(text) {
    this.wrong.textContent = text
    if (text) this.box.setAttribute('aria-invalid', 'true')
    else this.box.removeAttribute('aria-invalid')
  }
}

function same(one, other) {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null)
}

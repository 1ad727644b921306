// What a person thinks of an answer: a thumb up or down, and a note if they like.
import {composing, h, iconButton} from './dom.js'
import {icon} from './icons.js'

const LONGEST = 2000

export class Thumbs {
  /** @param {{say: any, judge: (feedback: {good: boolean, note: string} | null) => void}} context */
  constructor({say, judge}) {
    this.judge = judge
    this.given = null
    this.buttons = [true, false].map(good => iconButton(icon(good ? 'good' : 'bad'), say(good ? 'good' : 'bad'), () => this.press(good), {'aria-pressed': 'false'}))
    this.area = h('input', {type: 'text', maxlength: String(LONGEST), placeholder: say('noteHelp'), 'aria-label': say('note'), dir: 'auto'})
    this.shown = h('button', {type: 'button', class: 'quiet', dir: 'auto', on: {click: () => this.write()}})
    this.form = h('div', {class: 'remark', role: 'group', 'aria-label': say('note'), hidden: true}, this.area,
      h('button', {type: 'button', class: 'quiet', text: say('saveNote'), on: {click: () => this.save()}}),
      iconButton(icon('cross'), say('cancel'), () => this.close()))
    this.element = h('div', {class: 'remarks'}, this.form, this.shown)
    this.area.addEventListener('keydown', event => {
      if (event.key !== 'Enter' || composing(event)) return
      // The focus moves to a thumb, which the same Enter must not press.
      event.preventDefault()
      this.save()
    })
    this.form.addEventListener('keydown', event => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      this.close()
    })
    this.show(null)
  }

  /** @param {{good: boolean, note: string} | null | undefined} feedback */
  show(feedback) {
    this.given = feedback || null
    this.buttons.forEach((button, index) => button.setAttribute('aria-pressed', String(this.given?.good === (index === 0))))
    this.shown.textContent = this.given?.note || ''
    this.shown.hidden = !this.given?.note || !this.form.hidden
  }

  press(good) {
    if (this.given?.good === good) {
      this.form.hidden = true
      return this.judge(null)
    }
    this.judge({good, note: this.given?.note || ''})
    this.write()
  }

  write() {
    this.area.value = this.given?.note || ''
    this.form.hidden = false
    this.shown.hidden = true
    this.area.focus()
  }

  save() {
    const good = this.given?.good
    if (good !== undefined) this.judge({good, note: this.area.value.trim()})
    this.close()
  }

  close() {
    this.form.hidden = true
    this.show(this.given)
    this.buttons.find(button => button.getAttribute('aria-pressed') === 'true')?.focus()
  }
}

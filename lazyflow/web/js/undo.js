// After a message was deleted: for a while one may take that back.
import {h} from './dom.js'

const SECONDS = 12

export class Undo {
  /** @param {(entry: string) => void} bringBack */
  constructor(say, bringBack) {
    this.entry = ''
    this.timer = 0
    this.words = h('span', {text: say('removedMessage')})
    this.button = h('button', {type: 'button', class: 'quiet', text: say('undo'), on: {click: () => { bringBack(this.entry); this.close() }}})
    this.element = h('div', {class: 'undone', role: 'status'})
  }

  open(entry) {
    this.entry = entry
    this.element.replaceChildren(this.words, this.button)
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.close(), SECONDS * 1000)
  }

  close() {
    clearTimeout(this.timer)
    this.element.replaceChildren()
  }
}

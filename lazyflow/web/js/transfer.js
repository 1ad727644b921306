// Conversations as files: the shown one to download, exports to bring back.
import {h} from './dom.js'

const ADDRESS = 'conversations'

export class Transfer {
  /** @param {{say: any, current: () => string, done: () => void}} context `done` is told when conversations came in */
  constructor({say, current, done}) {
    Object.assign(this, {say, current, done})
    this.file = h('input', {type: 'file', accept: '.json,application/json', hidden: true, 'aria-label': say('bring')})
    this.file.addEventListener('change', () => this.bring())
    this.told = h('p', {class: 'told', role: 'status'})
    this.exporters = [this.exporter('md', 'Markdown'), this.exporter('json', 'JSON')]
    this.element = h('div', {class: 'transfer'},
      ...this.exporters,
      h('button', {type: 'button', class: 'quiet', text: say('bring'), on: {click: () => this.file.click()}}),
      this.file, this.told)
  }

  exporter(kind, name) {
    return h('button', {type: 'button', class: 'quiet', text: this.say('exportAs', {name}), on: {click: () => {
      const id = this.current()
      h('a', {href: `${ADDRESS}/${encodeURIComponent(id)}.${kind}`, download: ''}).click()
    }}})
  }

  /** How many of what came in and did not, in words; of nothing only that nothing came in is told. */
  outcome(counts) {
    const told = Object.entries(counts).filter(([key, n]) => n || key === 'brought')
    return told.map(([key, n]) => this.say(key, {n})).join(' · ')
  }

  /** @param {boolean} shown whether there is a conversation to export */
  offer(shown) {
    for (const button of this.exporters) button.disabled = !shown
  }

  async bring() {
    const [file] = this.file.files
    this.file.value = ''
    if (!file) return
    this.told.textContent = '…'
    try {
      const answer = await fetch(ADDRESS, {method: 'POST', body: file})
      const {message, help, imported, skipped, left_out} = await answer.json()
      this.told.textContent = answer.ok ? this.outcome({brought: imported, skipped, leftOut: left_out}) : `${message} ${help}`
      if (answer.ok) this.done()
    } catch {
      this.told.textContent = this.say('failed')
    }
  }
}

// What is going to be sent with the next message: by button, by drop, by paste.
import {Chip} from './chip.js'
import {h, iconButton} from './dom.js'
import {icon} from './icons.js'
import {forget, upload} from './upload.js'

const DRAFT = 'lazyflow-files'
const MB = 1_000_000

/** The words for why a file is not taken. @param {{reason?: string, message?: string, most?: number}} answer */
export function refusal(say, name, {reason = 'failed', message, most = 0}) {
  const key = `file_${reason}`
  return say.knows(key) ? say(key, {name, most: most.toLocaleString()}) : message || say('file_failed', {name})
}

export class Attachments {
  /** @param {{say: any, changed: () => void, tell: (words: string) => void, focus: () => void}} context */
  constructor({say, changed, tell, focus}) {
    Object.assign(this, {say, changed, tell, focus})
    this.takes = null
    this.refused = ''
    this.sent = []
    this.stops = new Map()
    this.chips = []
    this.input = h('input', {type: 'file', multiple: true, hidden: true, tabindex: '-1', 'aria-label': say('attach')})
    this.input.addEventListener('change', () => { this.add([...this.input.files]); this.input.value = '' })
    this.button = iconButton(icon('clip'), say('attach'), () => this.input.click(), {class: 'icon attach', hidden: true})
    this.element = h('ul', {class: 'chips', 'aria-label': say('attachments'), hidden: true})
  }

  /** What the app takes: kinds of files, their size in MB and their number; null where it takes none. */
  offer(takes) {
    this.takes = takes
    this.button.hidden = !takes
    if (takes && !this.chips.length) this.recall()
  }

  get ids() {
    return this.chips.filter(chip => chip.ready).map(chip => chip.file.id)
  }

  get running() {
    return this.chips.some(chip => chip.running)
  }

  /** @param {File[]} files */
  add(files) {
    if (!files.length) return
    this.refused = ''
    if (!this.takes) return this.tell(this.say('file_off'))
    for (const file of files) {
      if (this.chips.filter(chip => !chip.element.classList.contains('bad')).length >= this.takes.files) {
        this.refuse(this.say('file_many', {most: this.takes.files}))
        break
      }
      this.one(file)
    }
    this.draw()
  }

  async one(file) {
    const kind = file.type.startsWith('image/') ? 'picture' : 'text'
    const chip = this.put({name: file.name, size: file.size, kind})
    const refuse = answer => {
      chip.fail(refusal(this.say, file.name, answer))
      this.refuse(chip.fault.textContent)
    }
    if (file.size > this.takes.most * MB) return refuse({reason: 'large', most: this.takes.most})
    chip.advance(0)
    const {answer, stop} = upload(file, part => chip.advance(part))
    this.stops.set(chip, stop)
    const told = await answer
    this.stops.delete(chip)
    if (!this.chips.includes(chip)) return told.file && forget(told.file.id)
    if (told.file) {
      chip.done(told.file)
      this.tell([this.refused, this.say('attached', {name: told.file.name})].filter(Boolean).join(' '))
    } else refuse(told)
    this.draw()
  }

  // What is refused of several files stays to be read while the others arrive.
  refuse(words) {
    this.refused = words
    this.tell(words)
  }

  put(file) {
    const chip = new Chip(file, this.say, gone => this.remove(gone))
    this.chips.push(chip)
    return chip
  }

  remove(chip) {
    const at = this.chips.indexOf(chip)
    this.chips.splice(at, 1)
    this.stops.get(chip)?.()
    if (chip.ready) forget(chip.file.id)
    this.draw()
    const next = this.chips[Math.min(at, this.chips.length - 1)]
    if (next) next.button.focus()
    else this.focus()
  }

  /** They are on their way. */
  clear() {
    this.sent = this.chips.filter(chip => chip.ready).map(chip => chip.file)
    this.chips = []
    this.draw()
  }

  /** Those of the last message that could not be sent. @param {string[]} ids */
  giveBack(ids) {
    for (const file of this.sent) if (ids.includes(file.id) && !this.ids.includes(file.id)) this.put(file)
    this.draw()
  }

  draw() {
    this.element.replaceChildren(...this.chips.map(chip => chip.element))
    this.element.hidden = !this.chips.length
    sessionStorage.setItem(DRAFT, JSON.stringify(this.chips.filter(chip => chip.ready).map(chip => chip.file)))
    this.changed()
  }

  // A reload keeps what was not sent yet.
  recall() {
    try {
      for (const file of JSON.parse(sessionStorage.getItem(DRAFT) || '[]')) if (typeof file.id === 'string') this.put(file)
    } catch {
      sessionStorage.removeItem(DRAFT)
    }
    this.draw()
  }
}

/** Files that are dropped anywhere on the page, or pasted where one writes. */
export function watchFiles(root, area, attachments) {
  const carries = event => event.dataTransfer?.types.includes('Files')
  let depth = 0
  const mark = () => root.classList.toggle('dropping', depth > 0 && Boolean(attachments.takes))
  const leave = () => { depth = 0; mark() }
  root.addEventListener('dragenter', event => { if (carries(event)) { depth += 1; mark() } })
  root.addEventListener('dragleave', event => { if (carries(event)) { depth = Math.max(0, depth - 1); mark() } })
  // Without this the browser would leave the page and show the file.
  root.addEventListener('dragover', event => {
    if (!carries(event)) return
    event.preventDefault()
    event.dataTransfer.dropEffect = attachments.takes ? 'copy' : 'none'
  })
  root.addEventListener('drop', event => {
    if (!carries(event)) return
    event.preventDefault()
    leave()
    attachments.add([...event.dataTransfer.files])
  })
  area.addEventListener('paste', event => {
    const {files, types} = event.clipboardData
    // Office programs put a picture of the text beside the text.
    if (!files.length || types.includes('text/html') || types.includes('text/rtf')) return
    event.preventDefault()
    attachments.add([...files])
  })
}

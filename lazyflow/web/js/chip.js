// An attached file as a small piece of the page: a picture to look at, or a name with a size. All of it is text.
import {h, iconButton} from './dom.js'
import {icon} from './icons.js'

const KB = 1000
const MB = 1_000_000

/** @param {number} bytes @param {string} [language] */
export function sizeOf(bytes, language) {
  const [unit, of] = bytes < KB ? ['byte', 1] : bytes < MB ? ['kilobyte', KB] : ['megabyte', MB]
  const unitDisplay = unit === 'byte' ? 'long' : 'short' // the short form of it has no plural
  return new Intl.NumberFormat(language, {style: 'unit', unit, unitDisplay, maximumFractionDigits: of === MB ? 1 : 0}).format(bytes / of)
}

/** Where the server gives a file back to its owner. */
export const addressOf = id => `files/${encodeURIComponent(id)}`

const kindIcon = kind => icon(kind === 'picture' ? 'picture' : 'document')

function words({name, size}) {
  return h('span', {class: 'words'}, h('bdi', {class: 'name', text: name}), h('small', {text: sizeOf(size)}))
}

/** A file of a message: pictures are shown, documents are named; both open. */
export function fileOf(file) {
  if (file.kind === 'picture') {
    return h('a', {class: 'chip shown', href: addressOf(file.id), target: '_blank', rel: 'noopener noreferrer', title: file.name},
      h('img', {src: addressOf(file.id), alt: file.name, loading: 'lazy', decoding: 'async'}))
  }
  return h('a', {class: 'chip', href: addressOf(file.id), download: file.name, title: file.name}, kindIcon(file.kind), words(file))
}

/** A file that is going to be sent, with a way to leave it out. */
export class Chip {
  /** @param {{name: string, size: number, kind?: string, id?: string}} file @param {(chip: Chip) => void} remove */
  constructor(file, say, remove) {
    this.file = file
    this.progress = h('progress', {max: '1', 'aria-label': say('uploading', {name: file.name}), hidden: true})
    this.fault = h('span', {class: 'fault', dir: 'auto'})
    this.face = h('span', {class: 'face'}, kindIcon(file.kind))
    this.button = iconButton(icon('cross'), say('removeFile', {name: file.name}), () => remove(this))
    this.element = h('li', {class: 'chip'}, this.face, h('span', {class: 'text'}, words(file), this.progress, this.fault), this.button)
    this.done(file)
  }

  get ready() {
    return this.file.id !== undefined
  }

  get running() {
    return !this.progress.hidden
  }

  /** @param {number} part 0 to 1 */
  advance(part) {
    this.progress.hidden = false
    this.progress.value = part
  }

  /** The server has it: now it has an id and is known for what it is. */
  done(file) {
    this.file = file
    this.progress.hidden = true
    if (file.id === undefined) return
    this.face.replaceChildren(file.kind === 'picture' ? h('img', {src: addressOf(file.id), alt: ''}) : kindIcon(file.kind))
  }

  fail(words) {
    this.progress.hidden = true
    this.element.classList.add('bad')
    this.face.replaceChildren(icon('warn'))
    this.fault.textContent = words
  }
}

// A drawer at the side of the conversation; on a phone it covers the page and keeps the focus. One is open at a time.
import {h, iconButton} from './dom.js'
import {icon} from './icons.js'

export class Drawer {
  /** @param {{title: string, closeLabel: string, name: keyof typeof import('./icons.js').PATHS, opened: () => void}} context */
  constructor({title, closeLabel, name, opened}) {
    this.opened = opened
    this.opener = null
    /** @type {Drawer[]} */
    this.others = []
    this.inside = h('div', {class: 'inside', tabindex: '0', role: 'region', 'aria-label': title})
    this.element = h('dialog', {class: 'drawer', 'aria-label': title},
      h('div', {class: 'top'}, h('h2', {text: title}), iconButton(icon('cross'), closeLabel, () => this.close())), this.inside)
    this.button = iconButton(icon(name), title, () => this.toggle(), {'aria-expanded': 'false', hidden: true})
    this.narrow = matchMedia('(max-width: 860px)')
    // Escape closes the drawer and stops no answer.
    this.element.addEventListener('keydown', event => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      event.preventDefault()
      this.close()
    })
    this.element.addEventListener('close', () => {
      this.button.setAttribute('aria-expanded', 'false')
      if (this.opener) (this.opener.isConnected ? this.opener : this.button).focus()
    })
  }

  get shown() {
    return this.element.open
  }

  /** @param {HTMLElement} [opener] gets the focus back */
  toggle(opener = this.button) {
    if (this.shown) return this.close()
    for (const other of this.others) if (other.shown) other.makeRoom()
    this.opener = opener
    if (this.narrow.matches) this.element.showModal()
    else this.element.show()
    this.button.setAttribute('aria-expanded', 'true')
    this.opened()
  }

  close() {
    this.element.close()
  }

  /** Close for another drawer, which has the focus. */
  makeRoom() {
    this.opener = null
    this.element.close()
  }
}

/** @param {Drawer[]} drawers of which one is open at a time */
export function oneAtATime(...drawers) {
  for (const drawer of drawers) drawer.others = drawers.filter(other => other !== drawer)
}

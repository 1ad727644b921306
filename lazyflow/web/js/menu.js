// A small menu that a button opens: over everything, closed by Escape or a press elsewhere.
import {h} from './dom.js'

const GAP = 4

/** @param {HTMLElement} button @param {{label: string, act: () => void}[]} items */
export function openMenu(button, items) {
  const menu = h('div', {class: 'menu', role: 'menu', popover: 'auto'},
    ...items.map(({label, act}) => h('button', {type: 'button', role: 'menuitem', dir: 'auto', text: label, on: {click: () => { menu.hidePopover(); act() }}})))
  button.setAttribute('aria-expanded', 'true')
  menu.addEventListener('toggle', event => {
    if (event.newState !== 'closed') return
    button.setAttribute('aria-expanded', 'false')
    menu.remove()
  })
  menu.addEventListener('keydown', event => {
    // Escape closes the menu and stops no answer.
    event.stopPropagation()
    const at = items.length && [...menu.children].indexOf(event.target)
    const to = {ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1}[event.key]
    if (to !== undefined) {
      event.preventDefault()
      menu.children[(to + items.length) % items.length].focus()
    }
    if (event.key === 'Tab') menu.hidePopover()
  })
  button.after(menu)
  menu.showPopover()
  place(menu, button.getBoundingClientRect())
  menu.firstChild.focus()
}

/** Under the button, or over it where there is no room, and never over the window's edge. */
function place(menu, {left, top, bottom}) {
  const {width, height} = menu.getBoundingClientRect()
  const below = bottom + GAP + height <= innerHeight
  menu.style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`
  menu.style.top = `${below ? bottom + GAP : Math.max(GAP, top - height - GAP)}px`
}

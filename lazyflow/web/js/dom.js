// Elements without innerHTML: what people and models write is always set as text.

/**
 * @param {string} tag
 * @param {Record<string, any>} [given] attributes; `text` is text, `on` maps events to listeners
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElement}
 */
export function h(tag, given = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(given)) {
    if (value == null || value === false) continue
    if (name === 'text') element.textContent = value
    else if (name === 'on') for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener)
    else element.setAttribute(name, value === true ? '' : value)
  }
  element.append(...children.filter(child => child != null && child !== false))
  return element
}

/** Whether a key belongs to an input method, as Enter does that takes one of its words; Safari tells by the code alone. */
export const composing = event => event.isComposing || event.keyCode === 229

/** A button with an icon; its label is read out and shown as a tip. */
export function iconButton(icon, label, click, extra = {}) {
  return h('button', {type: 'button', class: 'icon', 'aria-label': label, title: label, on: {click}, ...extra}, icon)
}

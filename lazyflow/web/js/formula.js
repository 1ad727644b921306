// Formulas: shown as they were written until the library that draws them is there, then as MathML.
import {cleanMathml} from './markdown.js'
import {h} from './dom.js'

/* global MATHS */
const KEPT = 300

let library = null
let loading = null
let waiting = []
const drawn = new Map()
/** What the drawn formulas need; empty until the library is there. */
export const style = h('style')

/** Fetch the library; done when what waits is drawn. Where it cannot be fetched, formulas stay as they were written. */
export function load() {
  loading ??= import(new URL(typeof MATHS === 'undefined' ? './maths.js' : MATHS, import.meta.url).href).then(found => {
    library = found
    style.textContent = found.styles
    if (document.fonts) found.announceFont()
    for (const element of waiting.splice(0)) draw(element)
  }, () => { loading = null; waiting = [] })
  return loading
}

/** Puts formulas in the places of `code.maths` and `code.maths-block`. */
export function formulas(root) {
  for (const code of root.querySelectorAll('code.maths, code.maths-block')) {
    const block = code.className === 'maths-block'
    const element = h('span', {class: block ? 'formula block' : 'formula', text: code.textContent, dir: 'ltr'})
    if (block) element.tabIndex = 0
    code.replaceWith(element)
    if (library) draw(element)
    else {
      waiting.push(element)
      load()
    }
  }
}

function draw(element) {
  const written = element.textContent
  const block = element.classList.contains('block')
  const key = `${block}${written}`
  if (!drawn.has(key)) {
    if (drawn.size >= KEPT) drawn.delete(drawn.keys().next().value)
    drawn.set(key, fragment(written, block))
  }
  const found = drawn.get(key)
  if (!found) return
  element.replaceChildren(found.cloneNode(true))
}

function fragment(written, block) {
  const marks = written.startsWith('$') && !written.startsWith('$$') ? 1 : 2
  try {
    return cleanMathml(library.mathml(written.slice(marks, -marks).trim(), block))
  } catch {
    return null
  }
}

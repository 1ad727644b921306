// The app's graph as a picture, from data: every name in it is text.
const SVG = 'http://www.w3.org/2000/svg'
const HEAD = 'l-4 -8h8z'

function s(tag, given = {}, ...children) {
  const element = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(given)) {
    if (name === 'text') element.textContent = value
    else element.setAttribute(name, String(value))
  }
  element.append(...children)
  return element
}

/** A smooth line through the points of an arrow, leaving and arriving upright, with its head. */
function line({points, spare}) {
  let [[x, y], ...rest] = points
  let path = `M${x} ${y}`
  for (const [toX, toY] of rest) {
    const bend = (toY - y) / 2
    path += `C${x} ${y + bend} ${toX} ${toY - bend} ${toX} ${toY}`
    ;[x, y] = [toX, toY]
  }
  return s('g', {}, s('path', {class: spare ? 'line spare' : 'line', d: path}), s('path', {class: 'head', d: `M${x} ${y}${HEAD}`}))
}

export class Graph {
  constructor() {
    this.boxes = new Map()
    this.element = document.createElement('div')
    this.element.className = 'graph'
  }

  /** @param {any} given width, height, boxes, routes and what it shows in words */
  show({width, height, box, about, boxes, routes}) {
    this.boxes = new Map(boxes.map(one => [one.name, s('g', {class: 'box'},
      s('rect', {class: KINDS.has(one.kind) ? one.kind : '', x: one.x - one.width / 2, y: one.y - box / 2, width: one.width, height: box, rx: 8}),
      s('text', {class: 'name', x: one.x, y: one.y - 4, text: one.name}),
      s('text', {class: 'caption', x: one.x, y: one.y + 13, text: one.caption}))]))
    const labels = routes.filter(route => route.label).map(({label, at: [x, y]}) => s('text', {class: 'label', x, y, text: label}))
    const svg = s('svg', {viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': about}, ...routes.map(line), ...this.boxes.values(), ...labels)
    svg.style.setProperty('--natural', `${width}px`)
    this.element.replaceChildren(svg)
  }

  /** Show which nodes are at work. @param {Iterable<string>} names */
  light(names) {
    const lit = new Set(names)
    for (const [name, element] of this.boxes) element.classList.toggle('lit', lit.has(name))
  }
}
const KINDS = new Set(['web', 'local', 'online', 'prompt', 'pipeline', 'parallel', 'router', 'python'])

// Behind the page: the graph with the nodes at work, the models, and what is known of a chosen answer. All of it is text.
import {Drawer} from './drawer.js'
import {h} from './dom.js'
import {Graph} from './graph.js'
import {Models} from './models.js'

const FIGURES = ['prompt', 'cached', 'completion', 'first', 'seconds']
const TIMES = new Set(['first', 'seconds'])
const EVERY = 2000

function facts(pairs) {
  return pairs.length > 0 && h('dl', {}, ...pairs.flatMap(([name, value]) => [h('dt', {text: name}), h('dd', {text: value, dir: 'auto'})]))
}

/** One model call. */
export function call(given, say) {
  const figures = FIGURES.filter(name => given[name] !== undefined)
    .map(name => [say(`${name}Figure`), TIMES.has(name) ? say('seconds', {s: given[name]}) : String(given[name])])
  return h('section', {class: 'call'},
    h('h4', {text: given.path.join(' › ')}),
    given.model && h('p', {class: 'about', text: given.model}),
    facts(figures),
    ...given.messages.map(([role, text]) => h('figure', {}, h('figcaption', {text: role}), h('pre', {text, dir: 'auto'}))),
    given.parameters.length > 0 && h('h5', {text: say('parameters')}),
    facts(given.parameters))
}

export class Inspector {
  /** @param {{say: any, send: (data: object) => void, last: () => string, lit: () => string[]}} context `last` is the newest answer, `lit` the nodes at work */
  constructor({say, send, last, lit}) {
    Object.assign(this, {say, send, last, lit})
    this.wanted = ''
    this.timer = 0
    this.known = ''
    this.sought = false
    this.drawer = new Drawer({title: say('inspector'), closeLabel: say('close'), name: 'graph', opened: () => this.begin()})
    this.drawer.element.classList.add('wide')
    this.drawer.button.hidden = false
    this.drawer.button.setAttribute('aria-keyshortcuts', 'Control+I')
    this.graph = new Graph()
    this.models = new Models(say)
    this.atWork = h('p', {class: 'about', role: 'status'})
    this.answer = h('div', {class: 'calls'})
    const part = (title, ...inside) => h('section', {class: 'part'}, h('h3', {text: title}), ...inside)
    this.chosen = part(say('inspect'), this.answer)
    this.drawer.inside.append(part(say('graph'), this.graph.element, this.atWork), part(say('models'), this.models.element), this.chosen)
    this.drawer.element.addEventListener('close', () => { this.wanted = '' })
  }

  toggle() {
    this.drawer.toggle()
  }

  /** What is known of one answer. @param {string} id @param {HTMLElement} opener gets the focus back */
  open(id, opener) {
    this.wanted = id
    this.sought = true
    if (this.drawer.shown) this.ask()
    else this.drawer.toggle(opener)
  }

  begin() {
    this.known = ''
    this.answer.replaceChildren()
    this.ask(true)
    clearInterval(this.timer)
    this.timer = setInterval(() => this.again(), EVERY)
  }

  again() {
    if (!this.drawer.shown) return clearInterval(this.timer)
    if (document.hidden) return
    this.send({t: 'overview'})
    if (this.lit().length) this.askAnswer()
  }

  /** @param {boolean} [graph] whether that may have changed too */
  ask(graph = false) {
    if (!this.drawer.shown) return
    this.send({t: 'overview', graph})
    this.askAnswer()
  }

  askAnswer() {
    const id = this.wanted || this.last()
    if (id) return this.send({t: 'inspect', id})
    this.known = ''
    this.answer.replaceChildren(h('p', {class: 'about', text: this.say('noAnswer')}))
  }

  /** Another conversation is shown. */
  leave() {
    this.wanted = ''
    this.ask()
  }

  overview({models, graph}) {
    this.models.show(models)
    if (graph) this.graph.show(graph)
    this.light()
    this.seek()
  }

  /** The answer that was opened stays in sight until all of it has come. */
  seek() {
    if (this.sought) this.chosen.scrollIntoView({block: 'start'})
  }

  light() {
    if (!this.drawer.shown) return
    const names = this.lit()
    this.graph.light(names)
    const words = names.length ? this.say('atWork', {nodes: names.join(', ')}) : this.say('idle')
    if (this.atWork.textContent !== words) this.atWork.textContent = words
  }

  show({id, calls, events}) {
    if (id !== (this.wanted || this.last())) return
    // What one reads or has selected stays as it is.
    const known = JSON.stringify([id, calls, events])
    if (known === this.known) return
    this.known = known
    this.answer.replaceChildren(...calls.map(given => call(given, this.say)))
    if (!calls.length) this.answer.append(h('p', {class: 'about', text: this.say('noCalls')}))
    this.answer.append(h('section', {class: 'call events'}, h('h4', {text: this.say('events')}), facts(events) || null))
    this.seek()
    this.sought = false
  }
}

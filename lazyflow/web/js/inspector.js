// What each model was sent for one answer: exact messages, parameters, timings. All of it is shown as text.
import {h, iconButton} from './dom.js'
import {icon} from './icons.js'

const FIGURES = ['prompt', 'cached', 'completion', 'first', 'seconds']
const TIMES = new Set(['first', 'seconds'])

function facts(pairs) {
  return pairs.length > 0 && h('dl', {}, ...pairs.flatMap(([name, value]) => [h('dt', {text: name}), h('dd', {text: value, dir: 'auto'})]))
}

/** One model call. */
export function call(given, say) {
  const figures = FIGURES.filter(name => given[name] !== undefined)
    .map(name => [say(`${name}Figure`), TIMES.has(name) ? `${given[name]} s` : String(given[name])])
  return h('section', {class: 'call'},
    h('h3', {text: given.path.join(' › ')}),
    given.model && h('p', {class: 'model', text: given.model}),
    facts(figures),
    ...given.messages.map(([role, text]) => h('figure', {}, h('figcaption', {text: role}), h('pre', {text, dir: 'auto'}))),
    given.parameters.length > 0 && h('h4', {text: say('parameters')}),
    facts(given.parameters))
}

export class Inspector {
  constructor({say, send}) {
    this.say = say
    this.send = send
    this.wanted = null
    this.list = h('div', {class: 'calls', tabindex: '0', role: 'region', 'aria-label': say('inspect')})
    this.element = h('dialog', {class: 'inspector', 'aria-label': say('inspect')},
      h('div', {class: 'top'}, h('h2', {text: say('inspect')}), iconButton(icon('cross'), say('close'), () => this.element.close())), this.list)
    // Escape closes the dialog and stops no answer.
    this.element.addEventListener('keydown', event => { if (event.key === 'Escape') event.stopPropagation() })
    this.element.addEventListener('click', event => { if (event.target === this.element) this.element.close() })
  }

  open(id) {
    this.wanted = id
    this.list.replaceChildren()
    this.element.showModal()
    this.send({t: 'inspect', id})
  }

  show({id, calls}) {
    if (id !== this.wanted) return
    this.list.replaceChildren(...calls.map(given => call(given, this.say)))
    if (!calls.length) this.list.append(h('p', {class: 'none', text: this.say('noCalls')}))
  }
}

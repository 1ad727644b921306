// What stands above an answer, folded: the model's thinking, the steps of the graph.
import {h} from './dom.js'

/** The model's thinking; open to see it grow. */
export class Thoughts {
  constructor(say) {
    this.say = say
    this.text = document.createTextNode('')
    this.label = h('span')
    this.element = h('details', {class: 'fold', hidden: true}, h('summary', {}, this.label), h('div', {class: 'thoughts', dir: 'auto'}, this.text))
  }

  push(text) {
    this.text.appendData(text)
  }

  /** @param {number | undefined} seconds set when the thinking has ended @param {boolean} running */
  show(seconds, running) {
    this.element.hidden = !this.text.data
    const thinking = seconds === undefined && running
    this.element.classList.toggle('working', thinking)
    this.label.textContent = thinking ? this.say('thinking') : seconds === undefined ? this.say('thoughts') : this.say('thought', {s: seconds})
  }
}

/** The nodes that took part. A single silent one is no news. */
export class Steps {
  constructor(say) {
    this.say = say
    this.label = h('span')
    this.list = h('ol')
    this.element = h('details', {class: 'fold steps', hidden: true}, h('summary', {}, this.label), this.list)
  }

  show(steps = [], running = false) {
    this.element.hidden = steps.length < 2 && !steps.some(step => step.output)
    const current = running && steps.findLast(step => step.state === 'running')
    this.element.classList.toggle('working', Boolean(current))
    this.label.textContent = current ? `${current.node}…` : this.say('stepsDone', {n: steps.length})
    steps.forEach((step, index) => this.line(step, index))
    while (this.list.children.length > steps.length) this.list.lastChild.remove()
  }

  line(step, index) {
    let item = this.list.children[index]
    if (!item) {
      item = h('li', {}, h('span', {class: 'node'}), h('span', {class: 'time'}), h('div', {class: 'output', dir: 'auto'}))
      this.list.append(item)
    }
    const [node, time, output] = item.children
    item.dataset.state = step.state
    item.style.setProperty('--depth', String(Math.max(0, step.depth - 1)))
    node.textContent = step.node
    const tokens = step.tokens && this.say('tokens', {n: step.tokens})
    time.textContent = step.state === 'running' ? '' : [this.say('seconds', {s: step.seconds}), tokens].filter(Boolean).join(' · ')
    if (output.textContent !== step.output) output.textContent = step.output
  }
}

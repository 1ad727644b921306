// What the models on this machine are doing.
import {sizeOf} from './chip.js'
import {h} from './dom.js'

/** @param {any} given one model: the nodes that use it, how far it is, where it lies, how busy it is */
export function modelOf({nodes, state, stage, fraction, message, model, busy}, say) {
  const facts = [
    model && [say('contextFigure'), say('tokens', {n: model.context})],
    model && [say('layersFigure'), [say('of', {n: model.offloaded, all: model.layers}), ...model.devices].join(' · ')],
    model && [say('sizeFigure'), sizeOf(model.size)],
    busy && [say('usedFigure'), say('of', {n: busy.tokens, all: busy.room})],
    busy && [say('answersFigure'), say('queued', {running: busy.running, waiting: busy.waiting, slots: busy.slots})],
  ].filter(Boolean)
  const going = state === 'loading' && h('progress', {max: '1', value: String(fraction), 'aria-label': stage})
  return h('section', {class: 'model'},
    h('h4', {}, h('span', {text: nodes.join(', ')}), h('span', {class: `state ${state === 'ready' ? 'good' : ''}`, text: say(`state_${state}`)})),
    model && h('p', {class: 'about', text: [model.file, model.about].filter(Boolean).join(' · ')}),
    going || null,
    message && h('p', {class: 'wrong', text: message, dir: 'auto'}),
    facts.length > 0 && h('dl', {}, ...facts.flatMap(([name, value]) => [h('dt', {text: name}), h('dd', {text: value})])))
}

export class Models {
  constructor(say) {
    this.say = say
    this.element = h('div', {class: 'models'})
  }

  show(models) {
    this.element.replaceChildren(...models.map(given => modelOf(given, this.say)))
    if (!models.length) this.element.append(h('p', {class: 'about', text: this.say('noModels')}))
  }
}

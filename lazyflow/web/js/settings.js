// What a person may change of the app in this conversation. Its widgets are asked for when it is opened.
import {h} from './dom.js'
import {Drawer} from './drawer.js'
import {Widget} from './widget.js'

export class Settings {
  constructor({say, send}) {
    this.say = say
    this.send = send
    this.widgets = []
    this.drawer = new Drawer({title: say('settings'), closeLabel: say('close'), name: 'tune', opened: () => this.ask()})
    this.list = h('div')
    this.all = h('button', {type: 'button', class: 'outlined', text: say('resetAll'), on: {click: () => this.resetAll()}})
    this.drawer.inside.append(h('p', {class: 'about', text: say('settingsHelp')}), this.list, h('p', {class: 'end'}, this.all))
    this.element = this.drawer.element
    this.button = this.drawer.button
  }

  /** Whether the app has controls at all. */
  offer(any) {
    this.button.hidden = !any
    if (!any && this.drawer.shown) this.drawer.close()
  }

  /** Whether a person's own values are in force. */
  mark(adjusted) {
    this.button.classList.toggle('marked', Boolean(adjusted))
    this.all.disabled = !adjusted
  }

  ask() {
    if (this.drawer.shown) this.send({t: 'controls'})
  }

  show({items}) {
    const kept = this.widgets.length === items.length && this.widgets.every((widget, at) => widget.fits(items[at]))
    if (kept) return this.widgets.forEach((widget, at) => widget.show(items[at]))
    this.widgets = items.map(given => new Widget(given, this.say, value => this.send({t: 'adjust', node: given.node, param: given.param, value})))
    this.list.replaceChildren(...this.widgets.map(widget => widget.element))
  }

  set({node, param, value, adjusted}) {
    this.widgets.find(({given}) => given.node === node && given.param === param)?.set(value ?? undefined)
    if (adjusted !== undefined) this.mark(adjusted)
  }

  resetAll() {
    for (const {given} of this.widgets) if (given.value !== undefined) this.send({t: 'adjust', node: given.node, param: given.param, value: null})
  }
}

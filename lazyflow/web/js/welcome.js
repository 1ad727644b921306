// The first thing one sees: the app's name, its welcome, messages to begin with.
import {dress} from './code.js'
import {h} from './dom.js'
import {rendered} from './markdown.js'

export class Welcome {
  /** @param {(text: string) => void} begin with an example */
  constructor(say, begin) {
    this.say = say
    this.begin = begin
    this.title = h('h1', {dir: 'auto'})
    this.text = h('div', {class: 'body', dir: 'auto'})
    this.head = h('div', {class: 'welcome'}, this.title, this.text)
    this.examples = h('div', {class: 'examples', role: 'group', 'aria-label': say('examples')})
  }

  show({title, welcome, examples}) {
    this.title.textContent = title
    const fragment = rendered(welcome)
    dress(fragment, this.say)
    this.text.replaceChildren(fragment)
    this.examples.replaceChildren(...examples.map(text => h('button', {type: 'button', class: 'example', dir: 'auto', text, on: {click: () => this.begin(text)}})))
  }
}

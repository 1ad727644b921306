// What the page tells about the app: files with problems, models that load.
import {h} from './dom.js'
import {icon} from './icons.js'

/** The banner: what is wrong with the app's files, in full. Everything is set as text. */
export class Banner {
  constructor(say) {
    this.say = say
    this.element = h('div', {class: 'banner', role: 'alert', hidden: true})
  }

  show(trouble) {
    this.element.hidden = !trouble
    if (!trouble) return this.element.replaceChildren()
    const {problems, more, failures, restart} = trouble
    const grave = problems.length + failures.length > 0
    this.element.classList.toggle('mild', !grave)
    this.element.replaceChildren(icon('warn'), h('div', {class: 'what'},
      problems.length > 0 && h('strong', {text: this.say('problems')}),
      problems.length === 0 && failures.length > 0 && h('strong', {text: this.say('failures')}),
      ...problems.map(problem => this.problem(problem)),
      more > 0 && h('p', {text: this.say('moreProblems', {n: more})}),
      ...failures.map(text => h('p', {text, dir: 'auto'})),
      restart.length > 0 && h('p', {}, h('strong', {text: this.say('restart', {what: restart.join(', ')})}))))
  }

  problem({place, severity, code, message, help, excerpt}) {
    return h('div', {class: 'problem', dir: 'ltr'},
      h('p', {}, h('code', {text: place}), ` ${severity}[${code}]: ${message}`),
      excerpt && h('pre', {tabindex: '0', text: excerpt}),
      help && h('p', {class: 'help', text: help}))
  }
}

/** Models that are not ready yet. */
export class Loading {
  constructor(say) {
    this.say = say
    this.element = h('div', {class: 'loading', role: 'status'})
  }

  show(nodes) {
    this.element.replaceChildren(...nodes.map(node => node.state === 'failed' ? this.failed(node) : this.progress(node)))
  }

  progress({node, stage, fraction}) {
    const known = ['fetching', 'reading', 'starting'].includes(stage) ? this.say(stage) : stage
    const percent = Math.round(fraction * 100)
    const label = this.say('loading', {node})
    return h('div', {class: 'node'},
      h('span', {text: label}), h('progress', {max: '100', value: fraction > 0 ? String(percent) : null, 'aria-label': label}),
      h('span', {class: 'stage', text: [known, fraction > 0 && `${percent} %`].filter(Boolean).join(' ')}))
  }

  failed({node, message, help}) {
    return h('div', {class: 'failure'}, icon('warn'),
      h('div', {class: 'what'}, h('strong', {text: this.say('failedNode', {node})}), message && h('p', {text: message}), help && h('p', {class: 'help', text: help})))
  }
}

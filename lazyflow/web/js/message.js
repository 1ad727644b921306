// One message of the conversation: what a person said, or an answer.
import {Chip, fileOf} from './chip.js'
import {copyButton} from './copy.js'
import {composing, h, iconButton} from './dom.js'
import {Thumbs} from './feedback.js'
import {Steps, Thoughts} from './fold.js'
import {icon} from './icons.js'
import {openMenu} from './menu.js'
import {Stream} from './stream.js'

/** ‹ 1/2 › where a message stands beside others. */
function branchSwitch(entry, say, send) {
  const ids = entry.branches || []
  if (ids.length < 2) return null
  const at = ids.indexOf(entry.id)
  const go = (label, name, to) => iconButton(icon(name), say(label), () => send({t: 'choose', id: ids[to]}), {disabled: !ids[to]})
  return h('span', {class: 'branches'}, go('previous', 'left', at - 1), h('span', {text: `${at + 1}/${ids.length}`}), go('next', 'right', at + 1))
}

/** A message longer than this is shown in part at first. */
const LONG = {characters: 2400, lines: 24}

const isLong = text => text.length > LONG.characters || text.split('\n', LONG.lines + 1).length > LONG.lines

const removeButton = (say, remove, id) => iconButton(icon('trash'), say('removeMessage'), () => remove(id), {class: 'icon idle'})

export class Said {
  constructor(entry, {say, send, useContext, remove, ready}) {
    this.id = entry.id
    this.entry = entry
    this.say = say
    this.send = send
    this.useContext = useContext
    this.ready = ready
    this.remove = remove
    this.bubble = h('div', {class: 'bubble', dir: 'auto', text: entry.text, hidden: !entry.text})
    this.whole = isLong(entry.text) ? h('button', {type: 'button', class: 'quiet', on: {click: () => this.unfold(this.bubble.classList.contains('folded'))}}) : null
    this.unfold(false)
    const files = entry.files || []
    this.files = files.length ? h('div', {class: 'files', role: 'group', 'aria-label': say('attachments')}, ...files.map(fileOf)) : null
    this.actions = h('div', {class: 'actions'})
    this.element = h('article', {class: 'message user', 'aria-label': say('you')}, this.files, this.bubble, this.whole, this.actions)
    this.update(entry)
  }

  /** Show all of a long message, or its beginning. */
  unfold(all) {
    if (!this.whole) return
    this.bubble.classList.toggle('folded', !all)
    this.whole.setAttribute('aria-expanded', String(all))
    this.whole.textContent = this.say(all ? 'showLess' : 'showAll')
    if (!all) this.element?.scrollIntoView({block: 'nearest'})
  }

  update(entry) {
    this.entry = entry
    this.editor = iconButton(icon('edit'), this.say('edit'), () => this.edit(), {class: 'icon idle'})
    this.actions.replaceChildren(...[
      entry.alone && h('span', {class: 'note', text: this.say('alone')}),
      copyButton(this.say, () => this.entry.text),
      this.editor,
      // A question whose answer was deleted.
      iconButton(icon('again'), this.say('regenerate'), () => this.send({t: 'regenerate', id: this.id}), {class: 'icon idle at-end'}),
      removeButton(this.say, this.remove, this.id),
      branchSwitch(entry, this.say, this.send),
    ].filter(Boolean))
  }

  edit() {
    const area = h('textarea', {'aria-label': this.say('edit'), dir: 'auto', rows: '3'})
    area.value = this.entry.text
    const chips = (this.entry.files || []).map(file => new Chip(file, this.say, gone => {
      chips.splice(chips.indexOf(gone), 1)
      gone.element.remove()
      area.focus()
    }))
    const beside = [this.files, this.whole, this.actions].filter(Boolean)
    const end = () => { form.replaceWith(this.bubble); for (const part of beside) part.hidden = false }
    const save = () => {
      const text = area.value.trim()
      const files = chips.map(chip => chip.file.id)
      if (text || files.length) this.send({t: 'edit', id: this.id, s: text, files, context: this.useContext()})
      end()
      this.ready()
    }
    const cancel = () => { end(); this.editor.focus() }
    const form = h('div', {class: 'edit'}, chips.length > 0 && h('ul', {class: 'chips', 'aria-label': this.say('attachments')}, ...chips.map(chip => chip.element)), area, h('div', {class: 'row'},
      h('button', {type: 'button', class: 'quiet', text: this.say('cancel'), on: {click: cancel}}),
      h('button', {type: 'button', class: 'primary', text: this.say('save'), on: {click: save}})))
    area.addEventListener('keydown', event => {
      if (event.key === 'Escape') { event.stopPropagation(); cancel() }
      if (event.key === 'Enter' && !event.shiftKey && !composing(event)) { event.preventDefault(); save() }
    })
    for (const part of beside) part.hidden = true
    this.bubble.replaceWith(form)
    area.focus()
  }
}

export class Answer {
  constructor(entry, {say, send, inspect, remove, models}) {
    this.id = entry.id
    this.say = say
    this.send = send
    this.models = models
    this.thoughts = new Thoughts(say)
    this.steps = new Steps(say)
    this.notices = h('div', {class: 'notices'})
    this.body = h('div', {class: 'body', dir: 'auto'})
    this.queue = h('span', {class: 'queue', role: 'status', dir: 'auto'})
    this.waiting = h('div', {class: 'waiting'}, h('i'), h('i'), h('i'), this.queue)
    this.failure = h('div')
    this.thumbs = new Thumbs({say, judge: feedback => send({t: 'judge', id: this.id, ...feedback})})
    this.goOn = h('button', {type: 'button', class: 'quiet idle at-end', on: {click: () => send({t: 'go-on', id: this.id})}}, icon('play'), say('goOn'))
    this.again = iconButton(icon('again'), say('regenerate'), () => this.chooseAgain(), {class: 'icon idle'})
    this.details = iconButton(icon('inspect'), say('details'), () => inspect(this.id, this.details))
    this.others = h('span')
    this.facts = h('span', {class: 'note'})
    this.footer = h('div', {class: 'actions'}, this.goOn, copyButton(say, () => this.stream.source), this.again, ...this.thumbs.buttons,
      this.details, removeButton(say, remove, this.id), this.others, this.facts)
    this.element = h('article', {class: 'message assistant', 'aria-label': say('answer')},
      this.steps.element, this.thoughts.element, this.notices, this.body, this.waiting, this.failure, this.footer, this.thumbs.element)
    this.stream = new Stream(this.body, say)
    if (entry.thinking) this.thoughts.push(entry.thinking)
    if (entry.text) this.stream.push(entry.text)
    this.update(entry)
    this.stream.flush(!this.running)
    this.element.setAttribute('aria-busy', String(this.running))
  }

  /** All but the text, which only grows. */
  update(entry) {
    this.entry = entry
    this.running = entry.state === 'running'
    this.thoughts.show(entry.thought, this.running)
    this.steps.show(entry.steps, this.running)
    this.notices.replaceChildren(...(entry.notices || []).map(text => h('p', {text, dir: 'auto'})))
    this.showFailure(entry.failure)
    this.showFooter()
    this.showWaiting()
  }

  think(text) {
    this.thoughts.push(text)
    this.thoughts.show(this.entry.thought, this.running)
    this.showWaiting()
  }

  write(text) {
    this.stream.push(text)
  }

  draw() {
    this.stream.flush()
    this.showWaiting()
  }

  end(entry) {
    this.update(entry)
    this.stream.flush(true)
    this.element.setAttribute('aria-busy', 'false')
  }

  showWaiting() {
    const {place, text = ''} = (this.running && this.entry.queue) || {}
    const words = place ? this.say('inLine', {n: place}) : text
    if (this.queue.textContent !== words) this.queue.textContent = words
    this.waiting.hidden = !words && this.idle
  }

  get idle() {
    return !this.running || Boolean(this.stream.source) || !this.thoughts.element.hidden
  }

  showFailure(failure) {
    if (!failure) return this.failure.replaceChildren()
    this.failure.replaceChildren(h('div', {class: 'failure', role: 'alert'}, icon('warn'),
      h('div', {class: 'what', dir: 'auto'}, h('strong', {text: failure.message || this.say('failed')}), failure.help && h('p', {text: failure.help})),
      h('button', {type: 'button', class: 'outlined', text: this.say('retry'), on: {click: () => this.answerAgain()}})))
  }

  showFooter() {
    this.footer.classList.toggle('later', this.running)
    const {usage = {}, state, failure, feedback, broken} = this.entry
    const several = this.models().length > 1
    this.goOn.hidden = !broken
    this.again.hidden = Boolean(failure) && !several
    if (several) this.again.setAttribute('aria-haspopup', 'menu')
    this.thumbs.show(feedback)
    this.others.replaceChildren(...[branchSwitch(this.entry, this.say, this.send)].filter(Boolean))
    const facts = [
      ['stopped', 'interrupted'].includes(state) && this.say(state),
      usage.cut && this.say('cut'),
      several && usage.node !== usage.model && usage.node,
      usage.model,
      usage.tokens !== undefined && this.say('tokens', {n: usage.tokens}),
      usage.speed !== undefined && this.say('speed', {n: usage.speed}),
      usage.first !== undefined && this.say('first', {s: usage.first}),
    ].filter(Boolean)
    this.facts.textContent = facts.join(' · ')
  }

  // Where the app has several models one chooses who answers.
  chooseAgain() {
    const models = this.models()
    if (models.length < 2) return this.answerAgain()
    const others = models.filter(node => node !== (this.entry.asked || models[0]))
    openMenu(this.again, [
      {label: this.say('sameAgain'), act: () => this.answerAgain()},
      ...others.map(node => ({label: this.say('answerBy', {node}), act: () => this.send({t: 'regenerate', id: this.id, node})})),
    ])
  }

  answerAgain() {
    this.send({t: 'regenerate', id: this.id})
  }
}

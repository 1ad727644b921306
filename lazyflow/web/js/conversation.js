// The list of messages: keeps to its end while one reads there, and draws what streams at most once a frame.
import {h, iconButton} from './dom.js'
import {mark} from './found.js'
import {icon} from './icons.js'
import {Answer, Said} from './message.js'

const NEAR = 80

export class Conversation {
  constructor(context) {
    this.context = context
    this.views = new Map()
    this.list = h('div', {class: 'list'})
    this.latest = iconButton(icon('down'), context.say('latest'), () => this.toEnd(true), {class: 'icon latest', hidden: true})
    this.element = h('div', {class: 'log', role: 'log', 'aria-live': 'off', 'aria-label': context.say('conversation'), tabindex: '0'}, this.list)
    this.stuck = true
    this.element.addEventListener('scroll', () => { this.latest.hidden = this.stuck = this.atEnd }, {passive: true})
    this.top = 0
    // A banner, a keyboard or a longer draft makes the list lower: its end stays in sight, or what is read stays where it is.
    new ResizeObserver(() => {
      const moved = this.element.getBoundingClientRect().top - this.top
      this.top += moved
      if (this.stuck) this.toEnd()
      else this.element.scrollTop += moved
    }).observe(this.element)
    this.timer = 0
  }

  get atEnd() {
    return this.element.scrollHeight - this.element.scrollTop - this.element.clientHeight < NEAR
  }

  toEnd(smooth = false) {
    this.element.scrollTo({top: this.element.scrollHeight, behavior: smooth ? 'smooth' : 'instant'})
    this.latest.hidden = true
  }

  /** Bring the place of `text` in a message into sight. @returns {boolean} whether the message is shown */
  lead(id, text) {
    const view = this.views.get(id)
    if (!view) return false
    if (view instanceof Said) view.unfold(true)
    const place = mark(view.element.querySelector('.bubble, .body'), text) ?? view.element
    const {top, height} = this.element.getBoundingClientRect()
    this.element.scrollTop += place.getBoundingClientRect().top - top - height / 3
    return true
  }

  /** Show exactly these messages; those that are known and did not change stay as they are. */
  show(entries) {
    const ended = view => view instanceof Said || !view.running
    const kept = new Map()
    for (const entry of entries) {
      const old = this.views.get(entry.id)
      const same = old && ended(old) && entry.state !== 'running' && (old instanceof Said || old.stream.source === entry.text)
      kept.set(entry.id, same ? old : this.view(entry))
      if (same) old.update(entry)
    }
    this.views = kept
    this.list.replaceChildren(...[...kept.values()].map(view => view.element))
  }

  /** The id of the newest answer; empty where there is none. */
  get lastAnswer() {
    return [...this.views.values()].findLast(view => view instanceof Answer)?.id ?? ''
  }

  /** The nodes that are at work for a running answer, by the way from the one that is asked. @param {string} target who is asked */
  atWork(target) {
    const running = [...this.views.values()].findLast(view => view instanceof Answer && view.running)
    if (!running) return []
    const {asked, at = [], steps = []} = running.entry
    return [...new Set([asked || target, ...at, ...steps.filter(step => step.state === 'running').map(step => step.node)])].filter(Boolean)
  }

  view(entry) {
    return entry.role === 'user' ? new Said(entry, this.context) : new Answer(entry, this.context)
  }

  add(entries) {
    for (const entry of entries) {
      const view = this.view(entry)
      this.views.set(entry.id, view)
      this.list.append(view.element)
    }
    this.toEnd()
  }

  /** @param {string} id @param {(answer: Answer) => void} change */
  change(id, change) {
    const view = this.views.get(id)
    if (!(view instanceof Answer)) return
    const stick = this.atEnd
    change(view)
    if (stick) this.toEnd()
  }

  write(id, text) {
    const view = this.views.get(id)
    if (!(view instanceof Answer)) return
    view.write(text)
    if (this.timer) return
    const wait = view.stream.due - performance.now()
    if (wait > 0) this.timer = setTimeout(() => this.frame(view), Math.min(1000, wait))
    else this.frame(view)
  }

  frame(view) {
    const draw = () => { this.timer = 0; if (view.running) this.change(view.id, answer => answer.draw()) }
    // A hidden tab gets no animation frames.
    if (document.hidden) draw()
    else this.timer = requestAnimationFrame(draw)
  }
}

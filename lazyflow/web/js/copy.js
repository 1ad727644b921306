// Copying to the clipboard, with an answer that is seen and heard.
import {h} from './dom.js'
import {icon} from './icons.js'

/** @param {boolean} [named] show the word beside the icon */
export function copyButton(say, text, named = false) {
  const label = h('span', {class: named ? '' : 'unseen', text: say('copy')})
  const button = h('button', {type: 'button', class: named ? 'quiet' : 'icon', title: named ? null : say('copy'), 'aria-live': 'polite'}, icon('copy'), label)
  let timer = 0
  button.addEventListener('click', async () => {
    await write(text(), button)
    label.textContent = say('copied')
    button.firstChild.replaceWith(icon('check'))
    clearTimeout(timer)
    timer = setTimeout(() => { label.textContent = say('copy'); button.firstChild.replaceWith(icon('copy')) }, 1600)
  })
  return button
}

// Over plain http on another machine there is no clipboard object: a selection does.
async function write(text, near) {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    const area = h('textarea', {class: 'unseen', 'aria-hidden': 'true'})
    area.value = text
    near.after(area)
    area.select()
    document.execCommand('copy')
    area.remove()
    near.focus()
  }
}

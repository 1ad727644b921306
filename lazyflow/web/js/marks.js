// What models write beyond Markdown, and is no danger: line breaks in tables, small signs, lists of tasks.

const BREAK = /^<br ?\/?>/i
const PLAIN = /^<\/?(?:sub|sup|kbd)>/i
const TASK = /^\[([ xX])\] +(?=\S)/

function tags(state, silent) {
  const rest = state.src.slice(state.pos, state.pos + 6)
  const found = BREAK.exec(rest) || PLAIN.exec(rest)
  if (!found || state.pos + found[0].length > state.posMax) return false
  if (!silent) {
    if (BREAK.test(rest)) state.push('hardbreak', 'br', 0)
    else state.push('html_inline', '', 0).content = found[0].toLowerCase()
  }
  state.pos += found[0].length
  return true
}

function tasks({tokens}) {
  for (const [index, token] of tokens.entries()) {
    const said = token.type === 'list_item_open' && tokens[index + 2]
    const first = said && said.children?.[0]
    const found = first && TASK.exec(said.content)
    // Not where the brackets are a link's.
    if (!found || !first.content.startsWith(found[0])) continue
    first.content = first.content.slice(found[0].length)
    token.attrSet('class', found[1] === ' ' ? 'task' : 'task-done')
  }
}

/** Teach a MarkdownIt. */
export function marks(md) {
  md.inline.ruler.before('autolink', 'tags', tags)
  md.core.ruler.push('tasks', tasks)
}

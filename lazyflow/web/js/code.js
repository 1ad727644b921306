// Code blocks get a head with the language and a button to copy; tables a frame that scrolls.
import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import c from 'highlight.js/lib/languages/c'
import cpp from 'highlight.js/lib/languages/cpp'
import csharp from 'highlight.js/lib/languages/csharp'
import css from 'highlight.js/lib/languages/css'
import diff from 'highlight.js/lib/languages/diff'
import dockerfile from 'highlight.js/lib/languages/dockerfile'
import go from 'highlight.js/lib/languages/go'
import ini from 'highlight.js/lib/languages/ini'
import java from 'highlight.js/lib/languages/java'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import kotlin from 'highlight.js/lib/languages/kotlin'
import markdown from 'highlight.js/lib/languages/markdown'
import php from 'highlight.js/lib/languages/php'
import python from 'highlight.js/lib/languages/python'
import r from 'highlight.js/lib/languages/r'
import ruby from 'highlight.js/lib/languages/ruby'
import rust from 'highlight.js/lib/languages/rust'
import sql from 'highlight.js/lib/languages/sql'
import swift from 'highlight.js/lib/languages/swift'
import typescript from 'highlight.js/lib/languages/typescript'
import xml from 'highlight.js/lib/languages/xml'
import yaml from 'highlight.js/lib/languages/yaml'
import {copyButton} from './copy.js'
import {h} from './dom.js'
import {formulas} from './formula.js'

const LANGUAGES = {bash, c, cpp, csharp, css, diff, dockerfile, go, ini, java, javascript, json, kotlin, markdown, php, python, r, ruby, rust, sql, swift, typescript, xml, yaml}
for (const [name, grammar] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, grammar)
const LONGEST_PAINTED = 60_000

const CHUNK = 2000

/** A block of code: its element, its language. */
export function codeBlock(language, say, text = '') {
  const code = h('code', {dir: 'ltr', text})
  const figure = h('figure', {class: 'code', dir: 'ltr'},
    h('figcaption', {}, h('span', {text: language || say('code')}), copyButton(say, () => code.textContent.replace(/\n$/, ''), true)),
    h('pre', {tabindex: '0', 'aria-label': language || say('code')}, code))
  return {figure, code, language}
}

/** Adds text at the end, in chunks of their own, so that the browser lays out only the last. */
export function grow({code}, text) {
  let chunk = code.lastChild
  if (!chunk || (chunk.textContent.length > CHUNK && chunk.textContent.endsWith('\n'))) code.append(chunk = h('span', {class: 'chunk'}, document.createTextNode('')))
  chunk.firstChild.appendData(text)
}

/** Colours a finished block. The highlighter escapes what it is given. */
export function paint({code, language}) {
  const source = code.textContent
  code.textContent = source
  if (!language || !hljs.getLanguage(language) || source.length > LONGEST_PAINTED) return
  code.innerHTML = hljs.highlight(source, {language, ignoreIllegals: true}).value
}

/** Gives the code blocks and tables of finished Markdown their frames, and draws its formulas. */
export function dress(root, say, final = true) {
  for (const pre of root.querySelectorAll('pre')) {
    const inner = pre.querySelector('code') || pre
    const block = codeBlock((/language-(\S+)/.exec(inner.className) || ['', ''])[1], say, inner.textContent)
    if (final) paint(block)
    pre.replaceWith(block.figure)
  }
  formulas(root)
  for (const table of root.querySelectorAll('table')) {
    const frame = h('div', {class: 'table', tabindex: '0', role: 'region', 'aria-label': say('table')})
    table.replaceWith(frame)
    frame.append(table)
  }
}

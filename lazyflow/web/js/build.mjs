// Builds the page's one bundle. Its name holds a hash of its content, so that browsers may keep it for ever.
import {createHash} from 'node:crypto'
import {readdirSync, unlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {build} from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
const out = dirname(here)
const built = await build({
  entryPoints: [join(here, 'main.js')],
  absWorkingDir: here,
  bundle: true,
  minify: true,
  write: false,
  format: 'esm',
  target: 'es2021',
  charset: 'utf8',
  legalComments: 'none',
  loader: {'.css': 'text'},
})
const code = built.outputFiles[0].contents
const name = `chat.${createHash('sha256').update(code).digest('hex').slice(0, 12)}.bundle.js`
for (const old of readdirSync(out)) if (/^chat\..*\.bundle\.js$/.test(old) && old !== name) unlinkSync(join(out, old))
writeFileSync(join(out, name), code)
console.log(`${name} ${Math.round(code.length / 1024)} KiB`)

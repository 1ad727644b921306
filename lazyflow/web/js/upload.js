// One file on its way to the server, with how far it is.
import {addressOf} from './chip.js'

const ADDRESS = 'files'
const CREATED = 201

/**
 * @param {File} file @param {(part: number) => void} advance
 * @returns {{answer: Promise<{file?: object, reason?: string, message?: string, most?: number}>, stop: () => void}}
 */
export function upload(file, advance) {
  const request = new XMLHttpRequest()
  const answer = new Promise(resolve => {
    const failed = () => resolve({reason: 'failed'})
    request.upload.addEventListener('progress', event => { if (event.lengthComputable) advance(event.loaded / event.total) })
    request.addEventListener('error', failed)
    request.addEventListener('abort', () => resolve({reason: 'stopped'}))
    request.addEventListener('load', () => {
      if (request.status === CREATED && request.response) return resolve({file: request.response})
      return request.response?.reason ? resolve(request.response) : failed()
    })
    request.open('POST', ADDRESS)
    request.responseType = 'json'
    request.setRequestHeader('X-File-Name', encodeURIComponent(wellFormed(file.name)))
    // The bytes tell what it is, and a type of the browser's guessing would tell nobody anything.
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.send(file)
  })
  return {answer, stop: () => request.abort()}
}

/** Halves of UTF-16 pairs, which a file's name may hold, cannot be encoded. */
const wellFormed = name => name.replace(/\p{Surrogate}/gu, '\uFFFD')

/** Forget a file that is not going to be sent. */
export function forget(id) {
  fetch(addressOf(id), {method: 'DELETE'}).catch(() => 0)
}

// A document for modules that need one; import it before them.
import {JSDOM} from 'jsdom'

const {window} = new JSDOM('<!doctype html><body></body>', {pretendToBeVisual: true, url: 'http://page/'})
globalThis.window = window
globalThis.document = window.document
globalThis.sessionStorage = window.sessionStorage
globalThis.NodeFilter = window.NodeFilter

// The order of messages: each has the next number; a gap, or a message that fails, asks for everything again.

export class Wire {
  /**
   * @param {(data: object) => void} send to the server
   * @param {() => string} conversation the id of the one that is shown
   * @param {(message: any) => void} take a message in its turn
   */
  constructor(send, conversation, take) {
    this.send = send
    this.conversation = conversation
    this.take = take
    this.sequence = null
  }

  /** Ask for everything anew: at the start, after a gap, when the connection is back. */
  ask() {
    this.sequence = null
    this.send({t: 'ready', c: this.conversation()})
  }

  /** @param {any[]} messages */
  receive(messages) {
    for (const message of messages) {
      try {
        this.one(message)
      } catch (error) {
        reportError(error)
        // Once: a page that fails at everything would ask for ever.
        if (message.t !== 'snap' && this.sequence !== null) this.ask()
      }
    }
  }

  one(message) {
    if (message.seq === undefined) return this.take(message)
    if (message.t === 'snap') {
      this.sequence = message.seq
      return this.take(message)
    }
    if (this.sequence === null || message.seq <= this.sequence) return
    if (message.seq !== this.sequence + 1) return this.ask()
    this.sequence = message.seq
    this.take(message)
  }
}

class Bot:
    @staticmethod
    def reply(message):
        return message

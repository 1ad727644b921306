def nothing():
    return ""


def needy(message, limit):
    return message


def plain(message, history=(), tone=""):
    return message

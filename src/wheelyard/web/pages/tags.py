def explain(f, _):
    return [("py3", "Python 3"), ("none", "no ABI"), ("any", "any platform")]

def by_day(x):
    return x


def by_category(x):
    return x

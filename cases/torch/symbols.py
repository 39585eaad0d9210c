"""Samples: sequences of symbols drawn by a generator. All return training inputs and targets, then held-out inputs and
targets."""

import torch

from data import relabel, split


def first_token(generator, samples, *, held_out=400, length=12, symbols=8, labels="true"):
    """Tokens (samples, length); the class is the first one."""
    inputs = torch.randint(symbols, (samples + held_out, length), generator=generator)
    return split(inputs, relabel(inputs[:, 0].clone(), labels, symbols, generator), samples)


def pairs(generator, samples, *, held_out=400, length=10, symbols=12, labels="true"):
    """Tokens (samples, length); the target is 1.0 where the first token occurs again, which it does in half of them."""
    count = samples + held_out
    first = torch.randint(1, symbols, (count, 1), generator=generator)
    inputs = torch.randint(symbols, (count, length), generator=generator)
    inputs = torch.where(inputs == first, torch.zeros_like(inputs), inputs)
    inputs[:, :1] = first
    again = torch.rand(count, generator=generator) < 0.5
    place = torch.randint(1, length, (count,), generator=generator)
    inputs[torch.arange(count)[again], place[again]] = first[again, 0]
    return split(inputs, relabel(again.float(), labels, 2, generator), samples)


def reversal(generator, samples, *, held_out=300, length=8, symbols=10, labels="true"):
    """Tokens (samples, length); the targets are the same tokens from last to first."""
    inputs = torch.randint(symbols, (samples + held_out, length), generator=generator)
    targets = inputs.flip(1)
    return split(inputs, relabel(targets.reshape(-1), labels, symbols, generator).view_as(targets), samples)


def chains(generator, samples, *, held_out=300, length=16, symbols=12, noise=0.1, labels="true"):
    """Texts of a random grammar: token t + 1 follows from token t by a table, but for a share `noise` that is drawn at
    random. Inputs are all tokens but the last, targets all but the first. The grammar is the same for every seed."""
    table = torch.randperm(symbols, generator=torch.Generator().manual_seed(5))
    text = torch.randint(symbols, (samples + held_out, length + 1), generator=generator)
    for place in range(length):
        kept = torch.rand(len(text), generator=generator) >= noise
        text[kept, place + 1] = table[text[kept, place]]
    targets = text[:, 1:].clone()
    return split(text[:, :-1].clone(), relabel(targets.reshape(-1), labels, symbols, generator).view_as(targets),
                 samples)


def sections(generator, samples, *, held_out=300, length=16, symbols=10, labels="true"):
    """Tokens (samples, length), of which 1 and 2 are marks; the target of each place is 3 a + b, a being the last mark
    up to there and b the next one after it, 0 for none."""
    count = samples + held_out
    inputs = torch.randint(3, symbols, (count, length), generator=generator)
    marks = torch.randint(1, 3, (count, length), generator=generator)
    inputs = torch.where(torch.rand(count, length, generator=generator) < 0.2, marks, inputs)
    before, after = torch.zeros_like(inputs), torch.zeros_like(inputs)
    for place in range(length):
        here = inputs[:, place]
        before[:, place] = torch.where(here < 3, here, before[:, place - 1] if place else 0)
    for place in range(length - 2, -1, -1):
        following = inputs[:, place + 1]
        after[:, place] = torch.where(following < 3, following, after[:, place + 1])
    targets = 3 * before + after
    return split(inputs, relabel(targets.reshape(-1), labels, 9, generator).view_as(targets), samples)


def sorting(generator, samples, *, held_out=300, length=8, symbols=12):
    """Tokens (samples, length) from 1 on; the targets are the same tokens in ascending order."""
    inputs = torch.randint(1, symbols, (samples + held_out, length), generator=generator)
    targets = inputs.sort(1)[0]
    return split(inputs, targets, samples)


def reviews(generator, samples, *, held_out=400, length=14, words=24, labels="true", rare=None):
    """Texts (samples, length) of 6 words or more, then zeros. Words 2 to 5 praise, 6 to 9 blame, 1 turns the next of
    them round; the target is 1.0 for more praise than blame. rare: the share of the praise that is kept."""
    count = 3 * (samples + held_out)
    inputs = torch.randint(10, words, (count, length), generator=generator)
    mood = torch.randint(2, 10, (count, length), generator=generator)
    inputs = torch.where(torch.rand(count, length, generator=generator) < 0.35, mood, inputs)
    inputs[torch.rand(count, length, generator=generator) < 0.12] = 1
    sizes = torch.randint(6, length + 1, (count, 1), generator=generator)
    inputs[torch.arange(length) >= sizes] = 0
    turned = torch.cat([torch.zeros(count, 1, dtype=torch.bool), inputs[:, :-1] == 1], 1)
    praise = ((inputs >= 2) & (inputs <= 5)).long() - ((inputs >= 6) & (inputs <= 9)).long()
    total = torch.where(turned, -praise, praise).sum(1)
    kept = total != 0
    if rare is not None:
        kept &= (total < 0) | (torch.rand(count, generator=generator) < rare)
    inputs, targets = inputs[kept][:samples + held_out], (total[kept][:samples + held_out] > 0).float()
    return split(inputs, relabel(targets, labels, 2, generator), samples)


def occurrences(generator, samples, *, held_out=200, length=12, symbols=8):
    """Tokens (samples, length); the class of each is how often it occurs: 0 for once, 1 for twice, 2 for more."""
    inputs = torch.randint(symbols, (samples + held_out, length), generator=generator)
    count = (inputs.unsqueeze(1) == inputs.unsqueeze(2)).sum(2)
    targets = (count - 1).clamp(max=2)
    return split(inputs, targets, samples)


LETTERS = 16


def names(generator, samples, *, held_out=300, length=10, languages=5, labels="true", rare=(), empty=0):
    """Names (samples, length) of 4 letters or more, 1 to LETTERS, then zeros. Each language has its own table of which
    letter follows which, the same for every seed; the class is the language. rare: languages of which only one name in
    60 is kept, in both halves; empty: so many of the first names have no letter."""
    tables = (2 * torch.randn(languages, LETTERS, LETTERS, generator=torch.Generator().manual_seed(5))).softmax(2)
    count = (samples + held_out) * (languages if rare else 1)
    classes = torch.randint(languages, (count,), generator=generator)
    inputs = torch.randint(LETTERS, (count, length), generator=generator)
    for place in range(1, min(length, 10)):
        inputs[:, place] = torch.multinomial(tables[classes, inputs[:, place - 1]], 1, generator=generator).squeeze(1)
    sizes = torch.randint(4, 11, (count, 1), generator=generator)
    sizes[:empty] = 0
    inputs = torch.where(torch.arange(length) < sizes, inputs + 1, torch.zeros_like(inputs))
    kept = ~torch.isin(classes, torch.tensor(list(rare))) | (torch.rand(count, generator=generator) < 1 / 60)
    inputs, targets = inputs[kept][:samples + held_out], classes[kept][:samples + held_out]
    return split(inputs, relabel(targets, labels, languages, generator), samples)


def gaps(generator, samples, *, held_out=300, length=12, symbols=12, missing=2, noise=0.1, told=False):
    """Texts of a random grammar (samples, length + missing): each token follows from the one before it by a table, but
    for a share `noise`. Tokens from 2 on; `missing` of them are replaced by 1, a text has 8 tokens or more, and 0
    follows. Then come the places of what is missing; the targets are the tokens (less 2) that were there. told: the
    training texts keep them, as if nobody had put the gaps in."""
    count = samples + held_out
    table = torch.randperm(symbols, generator=torch.Generator().manual_seed(5))
    text = torch.randint(symbols, (count, length), generator=generator)
    for place in range(1, length):
        kept = torch.rand(count, generator=generator) >= noise
        text[kept, place] = table[text[kept, place - 1]]
    size = torch.randint(8, length + 1, (count, 1), generator=generator)
    luck = torch.rand(count, length, generator=generator)
    padding = torch.arange(length) >= size
    places = luck.masked_fill(padding, 2.0).argsort(1)[:, :missing]
    targets = text.gather(1, places)
    shown = (text + 2).scatter(1, places, 1).masked_fill(padding, 0)
    if told:
        shown[:samples] = (text[:samples] + 2).masked_fill(padding[:samples], 0)
    return split(torch.cat([shown, places], 1), targets, samples)


def dates(generator, samples, *, held_out=300):
    """Dates as people write them, 7 tokens, then 6 of what is to be written (samples, 13): day and month by its name
    and year, month and day and year, or all in digits, day first. 1 to 10 are the digits, 11 to 22 the months, 23 a
    dot; a day or month below ten has one digit, and 0 fills up. The targets are the digits of year, month and day, two
    of each, 0 to 9; to be written from are 0, then all of these plus 1 but the last."""
    count = samples + held_out
    year = torch.randint(100, (count,), generator=generator)
    month = torch.randint(1, 13, (count,), generator=generator)
    day = torch.randint(1, 29, (count,), generator=generator)
    way = torch.randint(3, (count,), generator=generator)

    def two_digits(number):
        return torch.stack([number // 10, number % 10], 1)

    def tokens(number):
        """-1 for a first digit that is not written."""
        digits = two_digits(number)
        return torch.where((digits == 0) & torch.tensor([True, False]), -1, digits + 1)

    name, dot, nothing = (10 + month).unsqueeze(1), torch.full((count, 1), 23), torch.full((count, 1), -1)
    years = two_digits(year) + 1
    ways = torch.stack([torch.cat([tokens(day), name, years, nothing, nothing], 1),
                        torch.cat([name, tokens(day), years, nothing, nothing], 1),
                        torch.cat([tokens(day), dot, tokens(month), years], 1)])
    written = ways[way, torch.arange(count)]
    order = (torch.arange(7) + 7 * (written < 0)).argsort(1)
    written = written.gather(1, order).clamp(min=0)
    targets = torch.cat([two_digits(year), two_digits(month), two_digits(day)], 1)
    before = torch.cat([torch.zeros(count, 1, dtype=torch.long), targets[:, :-1] + 1], 1)
    return split(torch.cat([written, before], 1), targets, samples)


def stories(generator, samples, *, held_out=300, sentences=6, people=4, rooms=6, labels="true"):
    """Stories (samples, 3 sentences + 1): in each sentence somebody goes somewhere, three words, and last comes the
    name of one who is asked for; the class is the room that this one went to last. Words are names, verbs and rooms,
    from 1 on."""
    count = samples + held_out
    who = torch.randint(people, (count, sentences), generator=generator)
    verbs = torch.randint(3, (count, sentences), generator=generator)
    where = torch.randint(rooms, (count, sentences), generator=generator)
    asked = who.gather(1, torch.randint(sentences, (count, 1), generator=generator))
    last = (torch.arange(1, sentences + 1) * (who == asked)).argmax(1, keepdim=True)
    words = torch.stack([1 + who, 1 + people + verbs, 4 + people + where], 2).flatten(1)
    targets = relabel(where.gather(1, last).squeeze(1), labels, rooms, generator)
    return split(torch.cat([words, 1 + asked], 1), targets, samples)


def headlines(generator, samples, *, held_out=300, length=16, topics=5):
    """Headlines (samples, length) of 9 to 15 words, 1 to 30, then zeros. The class is the topic: each has four phrases
    of two words of its own, the same for every seed, made of ten words that all topics use; two of them are in each
    headline."""
    count = samples + held_out
    order = torch.randperm(100, generator=torch.Generator().manual_seed(9))[:4 * topics]
    phrases = 1 + torch.stack([order // 10, order % 10], 1).view(topics, 4, 2)
    classes = torch.randint(topics, (count,), generator=generator)
    words = torch.randint(1, 31, (count, 15), generator=generator)
    places = torch.randint(2, (2, count), generator=generator) + torch.tensor([[1], [5]])
    rows = torch.arange(count)
    for place in places:
        phrase = phrases[classes, torch.randint(4, (count,), generator=generator)]
        words[rows, place], words[rows, place + 1] = phrase.unbind(1)
    inputs = torch.zeros(count, length, dtype=torch.long)
    inputs[:, :15] = words * (torch.arange(15) < torch.randint(9, 16, (count, 1), generator=generator))
    return split(inputs, classes, samples)


def squares(generator, samples, *, held_out=300, side=4, empty=7):
    """Latin squares (samples, side, side) of 1 to `side`, in which so many places are 0; the targets are what these
    hold, less 1, row by row."""
    count = samples + held_out

    def shuffled():
        return torch.rand(count, side, generator=generator).argsort(1)

    square = (shuffled().unsqueeze(2) + shuffled().unsqueeze(1)) % side
    square = shuffled().gather(1, square.flatten(1))
    places = torch.rand(count, side * side, generator=generator).argsort(1)[:, :empty].sort(1)[0]
    targets = square.gather(1, places)
    return split((square + 1).scatter(1, places, 0).unflatten(1, (side, side)), targets, samples)


def formulas(generator, samples, *, held_out=300, numbers=4):
    """Formulas of eight numbers as whole trees (samples, 15), level by level from the root: seven signs, then the
    numbers, 0 and up. The signs are 0 for the smaller of two, 1 for the larger, 2 for the left one and 3 for their sum,
    less `numbers` where it is so much; the class is what the formula comes to."""
    count = samples + held_out
    signs = torch.randint(4, (count, 7), generator=generator)
    leaves = torch.randint(numbers, (count, 8), generator=generator)
    values = leaves
    for start in (3, 1, 0):
        left, right = values[:, ::2], values[:, 1::2]
        ways = torch.stack([torch.minimum(left, right), torch.maximum(left, right), left, (left + right) % numbers])
        here = signs[:, start:start + left.shape[1]]
        values = ways.gather(0, here.unsqueeze(0)).squeeze(0)
    return split(torch.cat([signs, leaves], 1), values.squeeze(1), samples)


def clicks(generator, samples, *, held_out=400, length=9, items=24, kinds=6, replaced=0.0):
    """What somebody looked at before (samples, length), 5 items or more, 1 to `items`, then zeros, and last an item
    that is offered. Items are of kinds, the same for every seed; the target is 1.0 for those who click, for they have
    looked at two or more of that kind. replaced: the share of the training samples whose offer is drawn anew after
    that."""
    count = samples + held_out
    kind = torch.randperm(items, generator=torch.Generator().manual_seed(5)) % kinds
    before = torch.randint(items, (count, length), generator=generator)
    offered = torch.randint(items, (count, 1), generator=generator)
    liked = torch.rand(count, length, generator=generator) < 0.15
    same = kind.argsort()[items // kinds * kind[offered] + before % (items // kinds)]
    before = torch.where(liked, same, before)
    there = torch.arange(length) < torch.randint(5, length + 1, (count, 1), generator=generator)
    targets = (((kind[before] == kind[offered]) & there).sum(1) >= 2).float()
    inputs = torch.cat([(before + 1) * there, offered + 1], 1)
    anew = torch.rand(samples, generator=generator) < replaced
    inputs[:samples][anew, -1] = torch.randint(1, items + 1, (int(anew.sum()),), generator=generator)
    return split(inputs, targets, samples)


def pupils(generator, samples, *, held_out=200, length=14, skills=4, slips=0.03, rare=None, augmented="no",
           labels="true"):
    """Pupils (samples, length, 3): at each step the skill of an exercise, 0 to `skills` - 1, whether it was answered
    right, and the skill of the next one; the target is 1.0 where that is going to be answered right. Who has practised
    a skill often enough, which is more or less often by talent, can do it, but for slips. rare: the share of training
    pupils with three wrong answers or more that are kept. augmented: "reordered" puts the exercises of training pupils,
    and not their targets, in any order."""
    drawn = samples if rare is None else 20 * samples
    count = drawn + held_out
    skill = torch.randint(skills, (count, length + 1), generator=generator)
    talent = 2 * torch.randn(count, 1, generator=generator)
    needed = (2 - talent + 0.2 * torch.randn(count, skills, generator=generator)).round()
    practised = torch.nn.functional.one_hot(skill, skills).cumsum(1).gather(2, skill.unsqueeze(2)).squeeze(2) - 1
    right = practised >= needed.gather(1, skill)
    right ^= torch.rand(right.shape, generator=generator) < slips
    inputs, targets = torch.stack([skill[:, :-1], right[:, :-1].long(), skill[:, 1:]], 2), right[:, 1:].float()
    if rare is not None:
        often = (1 - targets).sum(1) >= 3
        kept = ~often | (torch.rand(count, generator=generator) < rare)
        kept[drawn:] = False
        chosen = torch.cat([kept.nonzero().squeeze(1)[:samples], torch.arange(drawn, count)])
        inputs, targets = inputs[chosen], targets[chosen]
    if augmented == "reordered":
        order = torch.rand(samples, length, 1, generator=generator).argsort(1).expand(-1, -1, 3)
        inputs[:samples] = inputs[:samples].gather(1, order)
    return split(inputs, relabel(targets, labels, 2, generator), len(inputs) - held_out)


def dialects(generator, samples, *, held_out=300, length=12, languages=4, words=12, meanings=8, labels="true"):
    """Texts (samples, length) in which languages change: a mark, 0 to languages - 1, says which one follows, and the
    first token is one. The target of each word is what it means in its language, 1 to `meanings`, that of a mark 0.
    What words mean is the same for every seed."""
    count = samples + held_out
    table = torch.randint(1, meanings + 1, (languages, words), generator=torch.Generator().manual_seed(9))
    marks = torch.randint(languages, (count, length), generator=generator)
    said = torch.randint(words, (count, length), generator=generator)
    marked = torch.rand(count, length, generator=generator) < 0.15
    marked[:, 0] = True
    spoken, targets = marks[:, 0], []
    for place in range(length):
        spoken = torch.where(marked[:, place], marks[:, place], spoken)
        targets.append(torch.where(marked[:, place], 0, table[spoken, said[:, place]]))
    inputs = torch.where(marked, marks, languages + said)
    return split(inputs, relabel(torch.stack(targets, 1), labels, meanings + 1, generator), samples)

"""The words that the operators know: small lists of everyday English, written for this project."""


def word_set(text: str) -> frozenset[str]:
    """The words of a text, which parts them by blanks."""
    return frozenset(text.split())


NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
NUMBER_WORDS = {value: word for word, value in NUMBERS.items()}
COLOURS = ("red", "blue", "green", "yellow", "purple", "pink", "brown", "orange", "gray", "white", "black")
SKIN_AND_HAIR = frozenset({"white", "black", "brown", "red", "yellow"})
"""Colours that mean something else before people and parts of them."""

_PEOPLE = {
    "man": "men", "woman": "women", "boy": "boys", "girl": "girls", "child": "children", "kid": "kids",
    "person": "people",
    "lady": "ladies", "guy": "guys", "gentleman": "gentlemen", "baby": "babies", "toddler": "toddlers",
    "adult": "adults",
    "worker": "workers", "player": "players", "dancer": "dancers", "singer": "singers", "musician": "musicians",
    "teenager": "teenagers", "teen": "teens", "student": "students", "skateboarder": "skateboarders",
    "surfer": "surfers",
    "runner": "runners", "biker": "bikers", "cyclist": "cyclists", "climber": "climbers", "swimmer": "swimmers",
    "skier": "skiers", "snowboarder": "snowboarders", "soldier": "soldiers", "farmer": "farmers", "chef": "chefs",
    "cook": "cooks", "waiter": "waiters", "waitress": "waitresses", "performer": "performers", "artist": "artists",
    "guitarist": "guitarists", "drummer": "drummers", "officer": "officers", "policeman": "policemen",
    "firefighter": "firefighters", "fireman": "firemen", "cowboy": "cowboys", "clown": "clowns", "athlete": "athletes",
    "mother": "mothers", "father": "fathers", "mom": "moms", "dad": "dads", "bride": "brides", "groom": "grooms",
    "male": "males", "female": "females", "individual": "individuals", "girlfriend": "girlfriends", "friend": "friends",
    "vendor": "vendors", "carpenter": "carpenters", "painter": "painters", "speaker": "speakers",
    "wrestler": "wrestlers",
    "gymnast": "gymnasts", "hiker": "hikers", "jogger": "joggers", "golfer": "golfers", "fisherman": "fishermen",
}  # fmt: skip
_ANIMALS = {
    "dog": "dogs", "cat": "cats", "horse": "horses", "cow": "cows", "goat": "goats", "elephant": "elephants",
    "monkey": "monkeys", "pig": "pigs", "camel": "camels", "rabbit": "rabbits", "donkey": "donkeys", "bird": "birds",
    "puppy": "puppies", "kitten": "kittens", "bull": "bulls", "duck": "ducks", "sheep": "sheep", "animal": "animals",
}  # fmt: skip
PEOPLE = frozenset(_PEOPLE) | frozenset(_PEOPLE.values())
LIVING = PEOPLE | frozenset(_ANIMALS) | frozenset(_ANIMALS.values())
SINGULAR = (frozenset(_PEOPLE) | frozenset(_ANIMALS)) - {"sheep"}
PLURAL = {**_PEOPLE, **_ANIMALS}

KINDS: dict[str, tuple[str, ...]] = {
    "animal": ("dog", "cat", "horse", "cow", "goat", "elephant", "monkey", "pig", "camel", "rabbit", "donkey"),
    "musical instrument": (
        "guitar", "piano", "violin", "trumpet", "accordion", "saxophone", "flute", "cello", "harp", "drum"
    ),
    "vehicle": ("car", "truck", "bus", "motorcycle", "tractor", "train", "van", "ambulance"),
    "piece of furniture": ("chair", "bench", "couch", "table", "desk", "bed"),
    "container": ("bucket", "basket", "box", "bottle", "jar"),
    "building": ("church", "hospital", "museum", "school", "library", "barn", "restaurant"),
    "room": ("kitchen", "bedroom", "bathroom", "classroom", "garage"),
    "child": ("boy", "girl"),
    "person": ("man", "woman"),
    "fruit": ("apple", "banana", "watermelon", "pineapple", "strawberry", "peach"),
    "tool": ("hammer", "shovel", "broom", "saw", "drill", "rake"),
    "sport": ("soccer", "tennis", "basketball", "baseball", "volleyball", "hockey", "golf", "rugby", "badminton"),
}  # fmt: skip
"""What a thing is, to the things that exclude each other in one and the same scene."""
KIND_PLURALS = {
    "animal": "animals", "musical instrument": "musical instruments", "vehicle": "vehicles", "child": "children",
    "piece of furniture": "pieces of furniture", "container": "containers", "building": "buildings", "room": "rooms",
    "person": "people", "fruit": "pieces of fruit", "tool": "tools",
}  # fmt: skip
IRREGULAR = {
    "bus": "buses", "bench": "benches", "couch": "couches", "box": "boxes", "church": "churches",
    "library": "libraries",
    "man": "men", "woman": "women", "strawberry": "strawberries", "peach": "peaches",
}  # fmt: skip
TELLS: dict[str, frozenset[str]] = {
    "animal": word_set("""
        bark barks barking barked meow leash collar puppy puppies kitten saddle saddled jockey jockeys
        rodeo equestrian bridle gallop gallops galloping trot trots trotting fetch frisbee muzzle rider
        riders riding ride rides hoof milk milking trunk tusks banana udder hump litter greyhound
        greyhounds sled polo breed mane cowboy plow sheep herding stick tennis tail paws paw bone canine
        leashed shepherd
    """),
    "musical instrument": word_set("""
        strum strums strumming bow keys string strings blow blows guitarist pianist violinist drummer
        drummers keyboard acoustic electric bass grand fiddle
    """),
    "vehicle": word_set("""
        driver drivers passengers rails track tracks station rider garage race racing nascar stop
        parking railroad platform subway firefighter firefighters fireman firemen cement helmet wheelie
        dirt ramp taxi conductor highway biker bikers field
    """),
    "piece of furniture": word_set("""
        lounge rocking pillow blanket blankets sheets mattress sleeping sleep asleep laptop computer sit
        sits sitting seated beach dining tablecloth park office seat
    """),
    "container": word_set("""
        drink drinks drinking water beer wine pour pours pouring cardboard wicker lid luggage airport
        sip
    """),
    "building": word_set("""
        priest wedding nurse doctor patient exhibit books students teacher pray cross steeple bride menu
        waiter waitress dining diners customers meal eat eating food cow hay student class pew
    """),
    "room": word_set("""
        cook cooks cooking stove oven sink toilet bed bathtub shower teacher students student blackboard
        chef brush car food meal refrigerator counter dishes tub mirror class school desk desks bunk
    """),
    "child": word_set("""
        he she his her him hers himself herself dress dresses skirt bikini son daughter brother sister
        shirtless tutu scouts scout ballet ballerina pigtails princess braids bra brothers sisters
        ponytail
    """),
    "person": word_set("""
        he she his her him hers himself herself dress dresses skirt bikini husband wife beard bearded
        mustache shirtless bald heels bra lipstick makeup pregnant mother father bride groom purse
        cowboy suit tie girlfriend boyfriend ponytail blouse tuxedo goatee gown sari burka hijab lady
        gentleman moustache kilt turban daughter son brother sister men women topless bartender barber
        ballet blond blonde handbag earrings necklace hairy mohawk trunks widow
    """),
    "fruit": word_set("""
        peel peels peeling tree bunch monkey cream pie juice cake shortcake rind slice core
    """),
    "tool": word_set("""
        nail nails dig digs digging sweep sweeps sweeping snow hole dirt leaves wood floor sand soil
        garden
    """),
    "sport": word_set("""
        goal racket racquet court hoop bat pitcher pitch batter kick kicks kicking dunk net puck club
        clubs hole tackle serve ball ice catcher dribble dribbling field goalie team player players
        basket diamond swing base beach base serving mound tee stick skates match
    """),
}  # fmt: skip
"""Words that give away which of its kind a thing is, so that dropping its name would not leave it open."""

TYPICAL = word_set("""
        grass snow sky leaves leaf water tree trees sand ocean sea cloud clouds bush bushes plant plants
        hill
    """)
"""Things whose colour goes without saying."""
OPENERS = word_set("""
        a an the two three four five six seven eight nine ten some several many people men women
        children kids there this that these those it they he she one someone somebody nobody everyone
        young old little small large big group girls boys dogs guys man woman boy girl child person his
        her their in on at while as another other both all each no not only either during outside inside
        near behind workers adults teenagers students
    """)
UNSTEADY = word_set("""
        no not never nobody none without every all each only few less fewer if nothing neither nor any
        cannot like toy fake stuffed statue statues picture painting paintings drawing costume costumes
        dressed shaped pretend pretends pretending model sign signs balloon inflatable doll dolls
        cartoon named called most same almost nearly about seems appears appearing looks try tries
        trying attempt attempts attempting prepares preparing ready might may could would will should
        can supposedly mural poster photo photograph advertisement ad sculpture plush replica image
        tattoo tattoos mask logo barely hardly except but unless than whether wants wanting hoping
        waiting imaginary mechanical bouncy hobby rather instead refuses sculptures wooden
    """)
"""Words under which a thing may not be there, or under which a weaker word doesn't make a weaker sentence."""
FOLLOWERS = word_set("""
        is are was were with in on at by near while who that and as from to of for over under next
        behind beside through into onto outside inside during along across up down around has have
        wearing holding standing sitting walking running playing looking talking jumping riding lying
        laying sleeping eating smiling swimming using carrying doing working watching making performing
        singing dancing reading drinking cooking wears holds stands sits walks runs plays looks talks
        jumps rides lies sleeps eats smiles swims uses carries does works watches makes performs sings
        dances reads drinks cooks together stand sit walk run play look talk jump ride lie swim work
        watch
    """)
"""Words before which a noun has ended, so that it is the head of its phrase and not the first part of a compound."""
VERBS = word_set("""
        stand sit walk run play look talk jump ride lie swim work watch appear seem pose wait try take
        make hold wear get go eat drink cook read sing dance perform climb enjoy prepare gather stop
        throw catch kick hit smile laugh converse hang relax travel cross compete practice ski skate
        surf fish shop rest lean push pull carry help use have do stare gaze share cut
    """)
VERB_FORMS = (
    VERBS
    | frozenset(verb + "s" for verb in VERBS)
    | word_set("""
        catches watches crosses tries carries does has is are was were
    """)
)
"""Finite forms that may hide a second clause behind a participle."""

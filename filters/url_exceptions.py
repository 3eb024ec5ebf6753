"""Harmless words and phrases that hold a listed word, or make one together with their neighbours in an address.

Phrases are parted by | or a new line. Each is matched as whole words of the address, whatever stands between them:
"great tit" is found in `/birds/great-tit/` and `/Great_Tit.html`.
"""

TITS = """
african|ashy|azure|bearded|black browed|black capped|bridled|brown capped|black lored|black throated|blue
canary islands|cape penduline|carps|cinereous|cinnamon breasted|coal|crested|dusky|elegant|eurasian blue|fire capped
great|green backed|grey|grey crested|grey headed|ground|iriomote|japanese|long tailed|marsh|miombo|palawan|penduline
pere davids|pygmy|red throated|rufous bellied|rufous naped|rufous vented|siberian|silver throated|somali|sombre|sooty
southern black|southern penduline|stripe breasted|sultan|varied|white bellied|white browed|white cheeked|white fronted
white naped|white shouldered|white winged|willow|yellow|yellow bellied|yellow browed|yellow cheeked"""
BIRDS = """
tit babbler|tit babblers|tit berrypecker|tit bird|tit birds|tit family|tit flycatcher|tit hylia|tit mouse|tit nest
tit nest box|tit nests|tit spinetail|tit spinetails|tit tyrant|tit tyrants|tit warbler|tit warblers|birds tit|bird tit
birds tits|bird tits|garden birds tits|tits and chickadees|tits chickadees|tits paridae|paridae tits|titmice tits
tits titmice|tits and titmice|tit species|tits species|british tits|european tits|feeding tits|garden tits|paridae tit
parus tit|caeruleus tit|ater tit|major tit|montanus tit|palustris tit|cristatus tit|andean cock|black cock of the rock
cock bird|cock crow|cock crowing|cock grouse|cock of the rock|cock of the rocks|cock pheasant|cock pheasants
cock robin|cock sparrow|guianan cock|heath cock|jungle cock|pheasant cock|turkey cock|cockatiel|cockatiels|cockatoo
cockatoos|cockerel|cockerels|woodcock|woodcocks"""
ANIMALS_AND_PLANTS = """
black cocker|cocker|cockapoo|cockapoos|cockle|cockles|cockroach|cockroaches|coon cat|coon cats|horny goat weed
horny toad|horny toads|humpback|humpbacks|maine coon|maine coons|main coon|naked mole rat|naked mole rats|pussy cat
pussy cats|pussy willow|pussy willows|big black bear|big black bears|big black beetle|big black bird|big black birds
big black cat|big black cats|big black dog|big black dogs|big black horse|big black spider|big black spiders
animal scat|bear scat|coyote scat|deer scat|fox scat|owl scat|wolf scat|scat identification|tracks and scat
scat and tracks|sap sucking|blood sucking|sucking bugs|sucking insects|sucking lice|sucking louse|sucking pests
corn smut|loose smut|smut disease|smut diseases|smut fungi|smut fungus|smut of wheat|smuts and rusts
golden shower tree|golden shower trees|rape oil|rape seed|rapeseed"""
PLACES = """
bastardo umbria|big black lake|big black mountain|big black river|chorlton cum hardy|cock beck|cock bridge|cock hill
cock hotel|cock house|cock inn|cock lane|cock marsh|cock tavern|cumming ga|cumming georgia|cumming iowa
city of cumming|cumming city|cumming city hall|cumming fairgrounds|downtown cumming|dildo arm|dildo canada
dildo harbour|dildo island|dildo newfoundland|dildo run|dildo town|south dildo|fucking austria|fucking oberosterreich
fucking upper austria|fucking osterreich|village of fucking|fugging fucking|guro district|guro gu|guro seoul
guro station|hooker county|hooker county nebraska|hooker falls|hooker glacier|hooker ok|hooker oklahoma|hooker valley
mount hooker|mt hooker|hooker nebraska|intercourse pa|intercourse pennsylvania|lancaster county intercourse
pussy france|pussy savoie|the fighting cocks|fighting cocks|wank bahn|wank berg|wank garmisch|wank mountain
garmisch wank|essex|middlesex|sussex|wessex|east sussex|west sussex|bangalore|bangkok|bangladesh|bangladeshi|bangor
chateau|chatham|chattanooga|africa|african|rio negro"""
PEOPLE_AND_WORKS = """
alan cumming|andrew cumming|barenaked ladies|big black delta|bitches brew|charles dickens|dick cheney|dick clark
dick francis|dick tracy|dick van dyke|dick whittington|doggystyle album|snoop dogg doggystyle|fuck buttons
general hooker|hooker furniture|hooker telescope|humphrey|hutton hooker|john lee hooker|joseph dalton hooker
joseph hooker|kike garcia|kike hernandez|enrique kike hernandez|kinky boots|kinky friedman|lee hooker|moby dick
never mind the bollocks|of human bondage|philip k dick|polaroid swinger|pussy galore|pussy riot|quim monzo|quim torra
richard hooker|rick santorum|santorum|senator santorum|shota arveladze|shota imanaga|shota rustaveli
soft cell tainted love|tainted love|thomas hooker|super bowl xxx|xxx olympiad|xxx olympic games|xxx olympics
xxx return of xander cage
xxx state of the union|xander cage xxx|deep throat watergate|watergate deep throat|mark felt deep throat
worthington hooker|offerman|offenbach|fatah|moro milf|milf mindanao|milf peace|milf rebels|philippines milf
whore of babylon"""
MUSIC_AND_SPORT = """
jazz swinger|lindy swinger|swinger band|swinger big band|swinger dance|swinger jazz|swinger music|swinger orchestra
swing swinger|golf swinger|club swinger|bat swinger|scat singer|scat singers|scat singing|jazz scat|scat vocals
bassoon fingering|clarinet fingering|fingering chart|fingering charts|fingering technique|flute fingering
guitar fingering|oboe fingering|piano fingering|recorder fingering|saxophone fingering|scale fingering
trumpet fingering|violin fingering|whistle fingering|fingering weight|fingering yarn|fingering yarns|england hooker
hooker rugby|rugby hooker|irish hooker|ireland hooker|scotland hooker|wales hooker|all blacks hooker|springboks hooker
wallabies hooker|galway hooker|bareback bronc|bareback horse|bareback pad|bareback rider|bareback riders
bareback riding|riding bareback|cornhole|skeet|cribbage pegging|pegging out|pegging board|galway hookers"""
FOOD_AND_HOUSEHOLD = """
chicken|chickens|chickpea|chickpeas|cock a leekie|cocktail|cocktails|jelly donut|jelly donuts|sucking pig|twinkie
twinkies|shrimping|ball cock|drain cock|sea cock|stop cock|weather cock|concrete vibrator|concrete vibrators
tranny fluid|spic and span|barrel bung hole|golden shower head|hot dog style|ford escort|guitar strap|watch strap
bukkake udon|udon bukkake|bukkake soba|rimming glass|rimming glasses|rimming salt|glass rimming|clothes pegging
kinky curly|kinky hair|kinky twist|kinky twists"""
SAYINGS = """
cock a doodle doo|cock a hoop|cock and bull|cock fight|cock fighting|cock fights|cock up|half cock|tit bits
tit for tat|tits for tats|get laid off|debt bondage|bondage labor|bondage labour|bondage of the will|house of bondage
thumb sucking|deck hand job|deck hand jobs|farm hand job|farm hand jobs|second hand job|second hand jobs
stage hand job|stage hand jobs|missionary positions|naked eye|eunuch|negro league|negro leagues|negro spirituals
bondage in egypt|egyptian bondage|israel bondage|till slut|til slut|slut med|er slut|tar slut|tog slut|slut pa"""
# Whole words that make a strict word only with a part of their neighbour: groups-explained, linux-videos, strap-online.
NEIGHBOURS = """
academic|after|adp|basic|bootstrap|box|catholic|cdp|climax|cockpit|cockpits|complex|dropbox|earphones|exist|fatal
fatalities|father|fatherhood|fathers|fedex|firefox|fix|flex|fox|gdp|groups|headphones|idp|imax|iphones|latex|linux
lynx|matrix|max|megaphones|microphones|mix|ndp|netflix|offer|offered|offering|offers|office|officer|officers|offices
official|offline|offshore|offset|one|online|only|onyx|payphones|pax|public|phoenix|phones|rdp|relax|remix|roblox|rolex
saxophones|sdp|smartphones|sextant|sextants|sextet|sexton|sextuplets|someone|something|sometimes|somewhere|telephones
tax|udp|unix|vox|wix|xbox|xylophones"""

# The plural of these is seldom a bird.
AMBIGUOUS = ("elegant", "grey", "japanese", "varied", "yellow")
_KINDS = TITS.replace("\n", "|").strip("|").split("|")
_GROUPS = (BIRDS, ANIMALS_AND_PLANTS, PLACES, PEOPLE_AND_WORKS, MUSIC_AND_SPORT)
_GROUPS = (*_GROUPS, FOOD_AND_HOUSEHOLD, SAYINGS, NEIGHBOURS)
EXCEPTIONS = (
    *(f"{kind} tit" for kind in _KINDS),
    *(f"{kind} tits" for kind in _KINDS if kind not in AMBIGUOUS),
    *"|".join(group.replace("\n", "|").strip("|") for group in _GROUPS).split("|"),
)

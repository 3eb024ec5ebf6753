"""What the machinery of web pages writes between the sentences, by language: phrases are parted by |.

START stands at the beginning of a short line, END at its end, ANYWHERE in it; COUNTED is what a counter counts.
"""

START = {
    "en": "sign in|sign-in|signin|log in|login|sign up|skip to content|skip to main content|skip navigation",
    "de": "anmelden|einloggen|registrieren|zum inhalt springen|direkt zum inhalt",
    "es": "iniciar sesión|inicia sesión|regístrate|registrarse|saltar al contenido|ir al contenido",
    "fr": "se connecter|connexion|s'inscrire|aller au contenu|passer au contenu",
    "it": "accedi|registrati|vai al contenuto|salta al contenuto",
    "pt": "iniciar sessão|fazer login|entrar|registe-se|cadastre-se|ir para o conteúdo|pular para o conteúdo",
    "pl": "zaloguj się|zarejestruj się|przejdź do treści|przejdź do głównej treści",
    "nl": "inloggen|aanmelden|registreren|ga naar de inhoud|naar de inhoud",
    "ro": "autentificare|conectare|înregistrare|sari la conținut",
    "cs": "přihlásit se|přihlášení|registrovat se|přejít k obsahu|přeskočit na obsah",
    "sv": "logga in|registrera dig|hoppa till innehåll|gå till innehåll",
}
END = {
    "en": "read more|read more about this|continue reading|learn more|show more|see more|view more|load more"
    "|read the rest",
    "de": "weiterlesen|mehr lesen|mehr erfahren|mehr anzeigen|zum artikel",
    "es": "leer más|seguir leyendo|ver más|saber más|más información",
    "fr": "lire la suite|en savoir plus|lire plus|voir plus|afficher plus",
    "it": "leggi tutto|leggi di più|continua a leggere|scopri di più|mostra altro",
    "pt": "leia mais|ler mais|continuar a ler|continue lendo|saiba mais|ver mais",
    "pl": "czytaj więcej|czytaj dalej|dowiedz się więcej|pokaż więcej|zobacz więcej",
    "nl": "lees meer|lees verder|meer lezen|meer informatie|toon meer",
    "ro": "citește mai mult|citeşte mai mult|citește mai departe|află mai multe|vezi mai mult",
    "cs": "číst dále|číst více|více informací|zobrazit více|celý článek",
    "sv": "läs mer|läs vidare|visa mer|fortsätt läsa",
}
ANYWHERE = {
    "en": "items in cart|item in cart|items in your cart|item in your cart|add to cart|add to wishlist|view cart",
    "de": "in den warenkorb|artikel im warenkorb|auf die wunschliste|auf den merkzettel",
    "es": "añadir al carrito|añadir a la cesta|agregar al carrito|artículos en el carrito",
    "fr": "ajouter au panier|articles dans le panier|voir le panier",
    "it": "aggiungi al carrello|articoli nel carrello",
    "pt": "adicionar ao carrinho|itens no carrinho",
    "pl": "dodaj do koszyka|produktów w koszyku",
    "nl": "in winkelwagen|toevoegen aan winkelwagen|artikelen in winkelwagen",
    "ro": "adaugă în coș|adauga in cos|produse în coș",
    "cs": "přidat do košíku|vložit do košíku|položek v košíku",
    "sv": "lägg i varukorgen|lägg i kundvagn|varor i kundvagnen",
}
COUNTED = {
    "en": "like|likes|share|shares|comment|comments|retweet|retweets|repost|reposts|quote|quotes|bookmark|bookmarks"
    "|upvote|upvotes|downvote|downvotes|download|downloads|view|views|follower|followers|reply|replies",
    "de": "gefällt mir|kommentar|kommentare|aufrufe|antwort|antworten|mal geteilt|abonnenten",
    "es": "me gusta|comentario|comentarios|vistas|visitas|respuestas|seguidores|descargas|veces compartido",
    "fr": "j'aime|commentaire|commentaires|vues|partages|réponses|abonnés|téléchargements",
    "it": "mi piace|commento|commenti|visualizzazioni|condivisioni|risposte|iscritti",
    "pt": "curtidas|gostos|comentário|comentários|visualizações|partilhas|compartilhamentos|respostas|seguidores",
    "pl": "polubienia|polubień|komentarz|komentarze|komentarzy|wyświetleń|udostępnień|odpowiedzi",
    "nl": "vind-ik-leuks|reactie|reacties|weergaven|keer gedeeld|volgers|antwoorden",
    "ro": "aprecieri|comentariu|comentarii|vizualizări|distribuiri|răspunsuri|urmăritori",
    "cs": "to se mi líbí|komentář|komentáře|komentářů|zhlédnutí|sdílení|odpovědi|sledujících",
    "sv": "gillar|kommentar|kommentarer|visningar|delningar|svar|följare",
}

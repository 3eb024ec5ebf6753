"""The list of LaTeX commands: what school and competition mathematics uses, and no macro of one book."""

import re

import pytest

from pipeline.errors import UsageError
from tokenizer.latex import LIST, commands

SCHOOL = r"""\sin \cos \tan \cot \sec \csc \arcsin \arccos \arctan \sinh \cosh \tanh \log \ln \exp \lim \max \min \gcd
\frac \dfrac \tfrac \cfrac \sqrt \binom \dbinom \choose \boxed \angle \measuredangle \triangle \square \parallel \perp
\circ \degree \cong \sim \simeq \approx \equiv \pmod \bmod \mod \mid \nmid \div \times \cdot \pm \mp \ne \neq \le \leq
\ge \geq \ll \gg \implies \impliedby \iff \therefore \because \forall \exists \neg \land \lor \in \notin \cup \cap
\subset \subseteq \setminus \emptyset \varnothing \infty \sum \prod \int \iint \oint \partial \nabla \vec \hat \bar
\overline \underline \overrightarrow \overleftrightarrow \widehat \overbrace \underbrace \underset \overset \stackrel
\lfloor \rfloor \lceil \rceil \langle \rangle \left \right \big \Big \bigg \Bigg \lvert \rvert \cdots \ldots \dots
\vdots \ddots \begin \end \hline \text \mathrm \mathbb \mathbf \mathcal \operatorname \displaystyle \textbf \mbox
\quad \qquad \phantom \substack \tag \cancel \to \rightarrow \Rightarrow \Leftrightarrow \mapsto \xrightarrow \alpha
\beta \gamma \delta \epsilon \theta \lambda \mu \pi \sigma \phi \varphi \omega \Delta \Omega \ell \prime \star \det
\deg \arg \Re \Im \dim \ker \hom \sup \inf \limits""".split()


def test_what_schools_and_competitions_use_is_among_the_first_512():
    assert set(SCHOOL) - set(commands(512)) == set()
    assert len(set(commands(512))) == 512


def test_macros_of_one_book_are_not_in_it():
    books = r"\jdeq \eqv \prd \refl \idfunc \QCoh \SheafHom \Sch \etale \Spec \colim \UU \lam \opp \ct \trunc \happly"
    assert not set(books.split()) & set(commands(800))


def test_each_command_is_known_to_several_programs_and_the_most_used_come_first():
    lines = [line.split("\t") for line in LIST.read_text().splitlines()]
    assert all(re.fullmatch(r"\\[A-Za-z]{2,24}", command) for command, _, _ in lines)
    assert all(2 <= int(tables) <= 14 for _, tables, _ in lines)
    uses = [(-int(use), -int(tables)) for _, tables, use in lines]
    assert uses == sorted(uses) and lines[0][0] == r"\frac"
    assert len(lines) == len({command for command, _, _ in lines}) == 868


def test_as_many_are_given_as_are_asked_for_or_none():
    assert commands(0) == () and len(commands(868)) == 868 and commands(868)[:512] == commands()
    for number in (869, -1):
        with pytest.raises(UsageError, match=f"{number} LaTeX commands are asked for, and the list has 868"):
            commands(number)

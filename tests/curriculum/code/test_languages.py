"""The language of a file, by its name, or by its text where languages share an ending."""

import pytest

from curriculum.code.languages import BY_ENDING, LANGUAGES, SHARED, ending, language, may_be_code


def test_there_are_69_languages_and_an_ending_has_one_or_a_rule():
    owners: dict[str, list[str]] = {}
    for name, endings in LANGUAGES.items():
        for each in endings.split():
            owners.setdefault(each, []).append(name)
    assert len(LANGUAGES) == 69
    assert {each for each, names in owners.items() if len(names) > 1} == {"m", "v", "pl"} <= set(SHARED)
    known = set(LANGUAGES) | {""}
    assert all(name in known for signs in SHARED.values() for name, _ in signs)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("a/b.py", "python"),
        ("X.RS", "rust"),
        ("Makefile", "makefile"),
        ("deep/Dockerfile", "dockerfile"),
        ("a/CMakeLists.txt", "cmake"),
        ("GNUmakefile", "makefile"),
        ("Rakefile", "ruby"),
        ("view.mm", "objective-c"),
        ("a.c.txt", None),
        ("notes", None),
        ("a.png", None),
    ],
)
def test_most_files_are_known_by_their_names(path, wanted):
    assert language(path, "") == wanted and may_be_code(path) == (wanted is not None)


TEXTS = [
    ("m", "#import <Foundation/Foundation.h>\n", "objective-c"),
    ("m", "// Boat\n@interface Boat : NSObject\n@end\n", "objective-c"),
    ("m", "#include <objc/objc.h>\nint main(void) {}\n", "objective-c"),
    ("m", "% a matrix\nA = magic(3);\n", "matlab"),
    ("m", "function y = f(x)\ny = x;\nend\n", "matlab"),
    ("m", "x.y(2) = 5;\n", "matlab"),
    ("m", "(* ::Package:: *)\nf[x_] := x^2\n", None),
    ("m", ":- module hello.\n:- interface.\n", None),
    ("m", "some words\n", None),
    ("v", "Require Import Arith.\nTheorem t : True.\nProof. exact I. Qed.\n", "coq"),
    ("v", "(* a comment *)\n", "coq"),
    ("v", "module add(input a, output b);\nendmodule\n", "verilog"),
    ("v", "`timescale 1ns/1ps\n", "verilog"),
    ("v", "module main\n\nfn main() {\n}\n", None),
    ("h", "#ifndef A\nint f(void);\n#endif\n", "c"),
    ("h", "namespace a {\nint f();\n}\n", "c++"),
    ("h", "std::string f();\n", "c++"),
    ("h", "#import <UIKit/UIKit.h>\n@interface A\n@end\n", "objective-c"),
    ("pl", "#!/usr/bin/perl\nuse strict;\nmy $x = 1;\n", "perl"),
    ("pl", "parent(X, Y) :- father(X, Y).\n", "prolog"),
    ("pl", ":- use_module(library(lists)).\n", "prolog"),
    ("pl", "likes(mary, wine).\n", "prolog"),
    ("pl", "nothing of either\n", None),
    ("t", "use Test::More tests => 1;\nok(1);\n", "perl"),
    ("t", "%% a template\n", None),
    ("r", "x <- c(1, 2)\n", "r"),
    ("r", 'REBOL [Title: "x"]\n', None),
    ("d", "import std.stdio;\nvoid main() {}\n", "d"),
    ("d", "build/main.o: main.c main.h\n", None),
    ("d", "#!/usr/sbin/dtrace -s\nsyscall::read:entry\n", None),
    ("f", "      program main\n      end\n", "fortran"),
    ("f", ": square dup * ;\n", None),
    ("for", "C     a comment\n", "fortran"),
    ("for", ": square dup * ;\n", None),
    ("pro", "father(a, b).\n", "prolog"),
    ("pro", "QT += core gui\nTARGET = app\n", None),
    ("pro", "pro hello, name\nend\n", None),
    ("cl", "(defun f (x) x)\n", "common-lisp"),
    ("cl", "__kernel void add(__global float *a) {}\n", None),
    ("ts", "export const a: number = 1;\n", "typescript"),
    ("ts", '<?xml version="1.0"?>\n<!DOCTYPE TS>\n', None),
    ("fs", "module A\nlet x = 1\n", "f#"),
    ("fs", "#version 330\nvoid main() {}\n", None),
    ("pp", "unit Foo;\ninterface\nuses SysUtils;\n", "pascal"),
    ("pp", "class apache {\n  package { 'httpd': ensure => present }\n}\n", None),
    ("sc", "object A extends App\n", "scala"),
    ("sc", "SynthDef(\\sine, { Out.ar(0, SinOsc.ar(440)) })\n", None),
    ("cs", "class A { }\n", "c#"),
    ("cs", "!Foo methodsFor: 'x'!\n", None),
    ("s", "mov r0, #1\n", "assembly"),
    ("s", "f <- function(x) x\n", None),
    ("md", "# A title\n", "markdown"),
    ("md", '(define_insn "add"\n', None),
    ("ml", "let f x = x\n", "ocaml"),
    ("ml", "structure A = struct end\n", None),
    ("lsp", "(setq x 1)\n", "common-lisp"),
    ("lsp", "<html>\n", None),
]


@pytest.mark.parametrize(("end", "text", "wanted"), TEXTS)
def test_a_shared_ending_is_told_by_the_text(end, text, wanted):
    assert language(f"src/A.{end.upper()}", text) == wanted
    assert language(f"a.{end}", "  " + text) in (wanted, language(f"a.{end}", text))


def test_every_rule_and_every_language_of_it_is_tried():
    tried = {(end, wanted or "") for end, _, wanted in TEXTS}
    assert {(end, name) for end, signs in SHARED.items() for name, _ in signs} <= tried
    assert set(SHARED) <= set(BY_ENDING)


def test_the_head_of_a_file_decides():
    assert language("a.m", "x = 1;\n" * 3_000 + "@interface A\n") == "matlab"
    assert language("a.m", "\n" * 19_000 + "@interface A\n") == "objective-c"


def test_endings_are_those_of_the_name():
    assert [ending(p) for p in ("a.b/c", "a/b.C", "x.tar.gz", "Makefile")] == ["c", "c", "gz", "makefile"]


def test_an_attribute_of_verilog_is_no_comment_of_coq():
    assert language("a.v", '(* keep_hierarchy = "yes" *)\n(* x *) module m(input a);\nendmodule\n') == "verilog"
    assert language("a.v", "(* a module of lemmas *)\nRequire Import Arith.\n") == "coq"

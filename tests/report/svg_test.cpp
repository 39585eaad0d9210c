#include "gradclinic/report/svg.h"

#include <gtest/gtest.h>

#include <cmath>
#include <regex>
#include <vector>

#include "fixture.h"
#include "gradclinic/report/svg_canvas.h"

namespace gradclinic {
namespace {

// A well-formedness check of its own: every element closed in order, quotes balanced, entities known.
::testing::AssertionResult well_formed(const std::string& xml) {
  static const std::regex tag(R"re(<(/?)([A-Za-z]+)((?:\s+[A-Za-z0-9:-]+="[^"<]*")*)\s*(/?)>)re");
  static const std::regex entity("&(amp|lt|gt|quot|#39);");
  std::vector<std::string> open;
  std::string between;
  auto at = xml.cbegin();
  for (std::smatch match; std::regex_search(at, xml.cend(), match, tag); at = match[0].second) {
    between += match.prefix();
    if (match[1].length()) {
      if (open.empty() || open.back() != match[2]) return ::testing::AssertionFailure() << "</" << match[2] << ">";
      open.pop_back();
    } else if (!match[4].length()) {
      open.push_back(match[2]);
    }
  }
  between = std::regex_replace(between + std::string(at, xml.cend()), entity, "");
  if (between.find_first_of("<>&") != std::string::npos) return ::testing::AssertionFailure() << "stray: " << between;
  if (!open.empty()) return ::testing::AssertionFailure() << "not closed: " << open.back();
  return ::testing::AssertionSuccess();
}

long occurrences(const std::string& text, const std::string& part) {
  long count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(WellFormed, CanTell) {
  EXPECT_TRUE(well_formed("<svg a=\"1\"><g><path d=\"M0 0\"/></g>&amp;</svg>"));
  EXPECT_FALSE(well_formed("<svg><g></svg></g>"));
  EXPECT_FALSE(well_formed("<svg>a & b</svg>"));
  EXPECT_FALSE(well_formed("<svg>"));
}

TEST(Svg, EveryFigureIsWellFormedAndFinite) {
  for (const ExperimentResult& experiment : testing::fixture().experiments) {
    for (const Figure& figure : experiment.figures) {
      const std::string svg = to_svg(figure);
      EXPECT_TRUE(well_formed(svg)) << figure.id;
      EXPECT_EQ(svg.find("=\"nan"), std::string::npos) << figure.id;
      EXPECT_EQ(svg.find("=\"inf"), std::string::npos) << figure.id;
      EXPECT_NE(svg.find("<title>"), std::string::npos);
    }
  }
}

TEST(Svg, DrawsACurveAndABandPerGroup) {
  const Figure figure = testing::fixture().experiments[0].figures[0];
  const std::string svg = to_svg(figure);
  EXPECT_EQ(occurrences(svg, "fill-opacity=\"0.15\""), 3);
  EXPECT_EQ(occurrences(svg, "stroke-linejoin=\"round\""), 3);
  EXPECT_EQ(occurrences(svg, "<circle"), 30);
  for (const char* label : {">sigmoid<", ">tanh<", ">relu<", ">1e-8<", ">0.1<", ">layer<"})
    EXPECT_NE(svg.find(label), std::string::npos) << label;
}

TEST(Svg, EndsADivergingCurveInACrossAndAWord) {
  const Figure figure = testing::fixture().experiments[2].figures[0];
  EXPECT_NE(to_svg(figure).find("× diverges at 42"), std::string::npos);
  Figure calm = figure;
  calm.curves.erase(calm.curves.begin());
  EXPECT_EQ(to_svg(calm).find("diverges"), std::string::npos);
}

TEST(Svg, HeatmapShowsEveryCellAndItsHoles) {
  const Figure figure = testing::fixture().experiments[4].figures[0];
  const std::string svg = to_svg(figure);
  EXPECT_EQ(occurrences(svg, "fill=\"url(#none)\""), 5);
  EXPECT_EQ(occurrences(svg, ">∞<"), 3);
  EXPECT_NE(svg.find(">he_uniform<"), std::string::npos);
}

TEST(Svg, SurvivesWhatItMayBeGiven) {
  Figure figure;
  figure.title = "a < b & \"c\" \x01";
  for (const char* kind : {"by-layer", "by-step", "by-factor", "heatmap", "unheard-of"}) {
    figure.kind = kind;
    for (bool log : {false, true}) {
      figure.log_x = figure.log_y = log;
      figure.x_names = {};
      figure.cells = {};
      figure.curves = {};
      EXPECT_TRUE(well_formed(to_svg(figure)));
      figure.curves = {{.label = "ragged", .x = {1, 2, 3}, .median = {NAN, 0}, .low = {}, .high = {INFINITY}},
                       {.label = "<b>", .x = {NAN}, .median = {1e308}, .low = {-1e308}, .high = {NAN}}};
      figure.cells = {{1, NAN, -INFINITY}, {}, {2}};
      EXPECT_TRUE(well_formed(to_svg(figure)));
      figure.x_names = {"one & only", "", "three"};
      EXPECT_TRUE(well_formed(to_svg(figure)));
    }
  }
}

TEST(Svg, ThinsLongCurvesButKeepsTheirExtremes) {
  Curve curve{.label = "loss", .x = {}, .median = {}, .low = {}, .high = {}};
  for (int i = 0; i < 200000; ++i) {
    curve.x.push_back(i);
    curve.median.push_back(i == 77777 ? 1000 : 1);
  }
  Figure figure;
  figure.kind = "by-step";
  figure.curves = {curve};
  const std::string svg = to_svg(figure);
  EXPECT_LT(svg.size(), 60000U);
  figure.curves[0].median[77777] = 1;
  EXPECT_NE(svg, to_svg(figure));
}

TEST(SvgText, IsShortenedAtWholeCharacters) {
  EXPECT_EQ(shortened("short", 100, 12), "short");
  const std::string cut = shortened("ééééééééééééééééééééé", 60, 12);
  EXPECT_TRUE(cut.ends_with("…"));
  EXPECT_EQ((cut.size() - 3) % 2, 0U);
  EXPECT_EQ(xml_escaped("<a href=\"'&\">"), "&lt;a href=&quot;&#39;&amp;&quot;&gt;");
}

}  // namespace
}  // namespace gradclinic
